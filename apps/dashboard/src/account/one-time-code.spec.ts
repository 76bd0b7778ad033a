import { describe, expect, it } from '@jest/globals';
import { oneTimeCode } from './one-time-code.js';

/** "12345678901234567890" in base 32: the secret of RFC 6238. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('the code of an authenticator', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [20_000_000_000, '353130'],
  ])('at %i s is that of RFC 6238', async (seconds, code) => {
    expect(await oneTimeCode(SECRET, seconds * 1000)).toBe(code);
  });
});
