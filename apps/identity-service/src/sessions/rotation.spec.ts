import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Sealing } from '../sealing/sealing.js';
import { isGenuine, readRefreshToken, refreshToken } from './refresh-token.js';
import { IDLE_MS, rotationOf, type SessionState } from './rotation.js';

const NOW_MS = 1_800_000_000_000;
const session: SessionState = {
  generation: 3,
  rotatedAtMs: NOW_MS - 5_000,
  idleUntilMs: NOW_MS + 1,
  absoluteUntilMs: NOW_MS + 1,
  revokedAtMs: undefined,
};

describe('the use of a refresh token', () => {
  it('of the present generation makes the next one, and the session lasts longer', () => {
    const rotation = rotationOf(session, 3, NOW_MS);
    expect(rotation).toEqual({ kind: 'rotate', generation: 4, idleUntilMs: NOW_MS + IDLE_MS });
  });

  it.each([
    [0, 'repeat'],
    [10_000, 'repeat'],
    [10_001, 'reuse'],
  ])('of the generation before, %i ms after the rotation, is a %s', (afterMs, kind) => {
    const rotated = { ...session, rotatedAtMs: NOW_MS - afterMs };
    expect(rotationOf(rotated, 2, NOW_MS).kind).toBe(kind);
  });

  it('of an older generation is a reuse at any time', () => {
    expect(rotationOf({ ...session, rotatedAtMs: NOW_MS }, 1, NOW_MS).kind).toBe('reuse');
  });

  it('of a later generation is refused, and does not end the session', () => {
    const refusal = { kind: 'refuse', why: 'unknown generation' };
    expect(rotationOf(session, 4, NOW_MS)).toEqual(refusal);
  });

  it.each([
    ['idle for too long', { idleUntilMs: NOW_MS }, 'expired'],
    ['too old', { absoluteUntilMs: NOW_MS }, 'expired'],
    ['revoked', { revokedAtMs: NOW_MS - 1 }, 'revoked'],
  ])('is refused when the session is %s', (_what, change, why) => {
    const refusal = { kind: 'refuse', why };
    expect(rotationOf({ ...session, ...change }, 3, NOW_MS)).toEqual(refusal);
  });
});

describe('a refresh token', () => {
  const sealing = new Sealing(randomBytes(32));
  const [sid, seed] = [randomUUID(), randomBytes(32)];
  const text = refreshToken(sealing, { sid, seed, generation: 7 });

  it('is read back, and is genuine for its own session only', () => {
    const token = readRefreshToken(text)!;
    expect(token).toMatchObject({ sid, generation: 7 });
    expect(isGenuine(sealing, seed, token)).toBe(true);
    expect(isGenuine(sealing, randomBytes(32), token)).toBe(false);
    expect(isGenuine(sealing, seed, { ...token, generation: 8 })).toBe(false);
    expect(isGenuine(sealing, seed, { ...token, sid: randomUUID() })).toBe(false);
  });

  it.each(['', 'a.b.c', `${text}x`, text.replace('.7.', '.07.'), text.replace('.7.', '.-1.'), 'x'])(
    'is not read from %j',
    (other) => {
      expect(readRefreshToken(other)).toBeUndefined();
    },
  );
});
