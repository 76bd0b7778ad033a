import { describe, expect, it } from '@jest/globals';
import { lossOf, DeadlinePassed } from './lost-request.js';

describe('a request whose connection failed', () => {
  it.each([
    ['ECONNREFUSED', 'not-sent'],
    ['ENOTFOUND', 'not-sent'],
    ['UND_ERR_CONNECT_TIMEOUT', 'not-sent'],
    ['ECONNRESET', 'maybe-served'],
    ['EPIPE', 'maybe-served'],
    ['UND_ERR_SOCKET', 'maybe-served'],
    ['SOMETHING_NEW', 'maybe-served'],
  ])('with %s is %s', (code, loss) => {
    expect(lossOf(Object.assign(new Error('lost'), { code }))).toBe(loss);
  });

  it('by its own deadline is timed out', () => {
    expect(lossOf(new DeadlinePassed(300))).toBe('timed-out');
  });

  it.each([undefined, null, 'text', new Error('no code')])('with %p is maybe served', (error) => {
    expect(lossOf(error)).toBe('maybe-served');
  });
});
