import { describe, expect, it } from '@jest/globals';
import { requestIdOf } from './request-id.js';

const UUID = /^[0-9a-f-]{36}$/;

describe('requestIdOf', () => {
  it.each([['abc-123'], ['x'.repeat(128)], ['~!@{}']])('keeps what can be logged: %s', (given) => {
    expect(requestIdOf({ 'x-request-id': given })).toBe(given);
  });

  it.each([
    ['none', undefined],
    ['empty', ''],
    ['too long', 'x'.repeat(129)],
    ['blanks', 'a b'],
    ['control characters', 'a\u0007'],
    ['not ASCII', 'ü'],
    ['a list', ['a', 'b']],
  ])('replaces what is %s', (_name, given) => {
    expect(requestIdOf({ 'x-request-id': given })).toMatch(UUID);
  });
});
