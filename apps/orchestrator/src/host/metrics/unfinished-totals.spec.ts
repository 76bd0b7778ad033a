import { describe, expect, it } from '@jest/globals';
import { totalsOf } from './unfinished-totals.js';

const ZERO = { running: 0, undoing: 0, parked: 0, orphaned: 0, unknown_version: 0 };

describe('the totals of unfinished sagas', () => {
  it('have every state of every registered definition, zero included', () => {
    const rows = [
      { definition: 'checkout', state: 'running', sagas: 2, oldest_seconds: 5 },
      { definition: 'checkout', state: 'parked', sagas: 1, oldest_seconds: 90 },
    ] as const;
    expect([...totalsOf(rows, ['checkout', 'gift-card'])]).toEqual([
      ['checkout', { sagas: { ...ZERO, running: 2, parked: 1 }, oldestAgeSeconds: 90 }],
      ['gift-card', { sagas: ZERO, oldestAgeSeconds: 0 }],
    ]);
  });

  it('have a definition that is not registered under the name of its rows', () => {
    const row = {
      definition: 'later',
      state: 'unknown_version',
      sagas: 3,
      oldest_seconds: 7,
    } as const;
    expect(totalsOf([row], ['checkout']).get('later')).toEqual({
      sagas: { unknown_version: 3 },
      oldestAgeSeconds: 7,
    });
  });

  it('have no negative age, also where the clock was set back', () => {
    const row = { definition: 'checkout', state: 'running', sagas: 1, oldest_seconds: -3 } as const;
    expect(totalsOf([row], ['checkout']).get('checkout')?.oldestAgeSeconds).toBe(0);
  });
});
