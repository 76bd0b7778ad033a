import { describe, expect, it } from '@jest/globals';
import { lossOf } from './lost-request.js';

describe('a request whose connection failed', () => {
  it.each([
    ['ECONNREFUSED', 'not-sent'],
    ['ENOTFOUND', 'not-sent'],
    ['UND_ERR_CONNECT_TIMEOUT', 'not-sent'],
    ['ECONNRESET', 'maybe-served'],
    ['EPIPE', 'maybe-served'],
    ['UND_ERR_SOCKET', 'maybe-served'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timed-out'],
    ['UND_ERR_BODY_TIMEOUT', 'timed-out'],
    ['SOMETHING_NEW', 'maybe-served'],
  ])('with %s is %s', (code, loss) => {
    expect(lossOf(Object.assign(new Error('lost'), { code }))).toBe(loss);
  });

  it.each([undefined, null, 'text', new Error('no code')])('with %p is maybe served', (error) => {
    expect(lossOf(error)).toBe('maybe-served');
  });
});
