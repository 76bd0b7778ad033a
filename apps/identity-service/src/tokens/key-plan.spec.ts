import { describe, expect, it } from '@jest/globals';
import { type KeyState, keyPlan, revocationPlan, rotationPlan } from './key-plan.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = 1_800_000_000_000;
const key = (state: KeyState['state'], ageMs: number): KeyState => {
  return { kid: state, state, stateAtMs: NOW_MS - ageMs };
};

describe('the plan for signing keys', () => {
  it.each([
    ['makes the first key', [], { make: 'active', remove: [] }],
    ['leaves a young key alone', [key('active', 28 * DAY_MS)], { remove: [] }],
    [
      'makes the next key a day before it signs',
      [key('active', 29 * DAY_MS)],
      { make: 'next', remove: [] },
    ],
    [
      'waits until the next key was published for a day',
      [key('active', 40 * DAY_MS), key('next', DAY_MS - 1)],
      { remove: [] },
    ],
    [
      'promotes the next key after 30 days',
      [key('active', 30 * DAY_MS), key('next', DAY_MS)],
      { promote: 'next', retire: 'active', remove: [] },
    ],
    [
      'promotes the next key at once when the active one was revoked',
      [key('revoked', 0), key('next', 0)],
      { promote: 'next', remove: [] },
    ],
    [
      'keeps a retired key for an hour',
      [key('active', 0), key('retired', HOUR_MS - 1)],
      { remove: [] },
    ],
    [
      'removes a retired key after an hour',
      [key('active', 0), key('retired', HOUR_MS)],
      { remove: ['retired'] },
    ],
  ])('%s', (_what, keys, plan) => {
    expect(keyPlan(keys, NOW_MS)).toEqual(plan);
  });
});

describe('the plan for a rotation that an operator asks for', () => {
  it.each([
    ['publishes the next key', [key('active', 0)], { make: 'next', remove: [] }],
    [
      'waits until the next key was published for long enough',
      [key('active', 0), key('next', 4_999)],
      { remove: [] },
    ],
    [
      'promotes the next key, and the one that signed is retired',
      [key('active', 0), key('next', 5_000)],
      { promote: 'next', retire: 'active', remove: [] },
    ],
    ['makes a key when none signs', [key('retired', 0)], { make: 'active', remove: [] }],
  ])('%s', (_what, keys, plan) => {
    expect(rotationPlan(keys, 5_000, NOW_MS)).toEqual(plan);
  });
});

describe('the plan for a revocation', () => {
  it.each([
    ['makes a key that signs at once', [key('active', 0)], { make: 'active' }],
    ['lets the next key sign at once', [key('active', 0), key('next', 0)], { promote: 'next' }],
  ])('of the key that signs %s', (_what, keys, then) => {
    expect(revocationPlan(keys, 'active', NOW_MS)).toEqual({
      revoke: 'active',
      remove: [],
      ...then,
    });
  });

  it.each(['next', 'retired'])('of a key that is %s leaves the one that signs', (kid) => {
    const keys = [key('active', 0), key('next', 0), key('retired', 0)];
    expect(revocationPlan(keys, kid, NOW_MS)).toEqual({ revoke: kid, remove: [] });
  });

  it('of a key that is revoked or unknown is none', () => {
    expect(
      revocationPlan([key('active', 0), key('revoked', 0)], 'revoked', NOW_MS),
    ).toBeUndefined();
    expect(revocationPlan([key('active', 0)], 'x', NOW_MS)).toBeUndefined();
  });
});
