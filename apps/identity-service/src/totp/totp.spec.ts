import { describe, expect, it } from '@jest/globals';
import { bytesOfBase32, totpCode, totpStep, totpUri } from './totp.js';

const secret = Buffer.from('12345678901234567890');

describe('a code of an authenticator', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('is at second %i that of RFC 6238', (second, code) => {
    expect(totpCode(secret, Math.floor(second / 30))).toBe(code);
  });

  it('is accepted a step early or late, and once', () => {
    const nowMs = 1_800_000_000_000;
    const step = nowMs / 30_000;
    for (const each of [step - 1, step, step + 1]) {
      expect(totpStep(secret, totpCode(secret, each), 0, nowMs)).toBe(each);
      expect(totpStep(secret, totpCode(secret, each), each, nowMs)).toBeUndefined();
    }
    expect(totpStep(secret, totpCode(secret, step - 2), 0, nowMs)).toBeUndefined();
    expect(totpStep(secret, totpCode(secret, step + 2), 0, nowMs)).toBeUndefined();
  });

  it('comes from an app that was given the secret in base 32', () => {
    expect(totpUri(secret, 'a@b.c')).toBe(
      'otpauth://totp/Backstitch%3Aa%40b.c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Backstitch',
    );
    expect(bytesOfBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')).toEqual(secret);
  });
});
