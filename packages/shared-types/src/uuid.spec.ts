import { describe, expect, it } from '@jest/globals';
import { isUUID } from 'class-validator';
import { isUuid, newUuid, timeOfUuid } from './uuid.js';

describe('an id', () => {
  it('of version 7 is unique and contains the current time', () => {
    const before = Date.now();
    const ids = Array.from({ length: 1000 }, newUuid);
    const timeMs = timeOfUuid(ids[0]!);
    expect(ids.every((id) => isUUID(id, 7) && isUuid(id))).toBe(true);
    expect(new Set(ids).size).toBe(1000);
    expect(timeMs).toBeGreaterThanOrEqual(before);
    expect(timeMs).toBeLessThanOrEqual(Date.now());
  });

  it('of version 7 has its time in milliseconds, in upper and lower case', () => {
    expect(timeOfUuid('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(1_645_557_742_000);
    expect(timeOfUuid('017F22E2-79B0-7CC3-98C4-DC0C0C07398F')).toBe(1_645_557_742_000);
  });

  it.each([
    ['of version 4', '017f22e2-79b0-4cc3-98c4-dc0c0c07398f'],
    ['of another variant', '017f22e2-79b0-7cc3-c8c4-dc0c0c07398f'],
    ['none', 'not-a-uuid'],
  ])('that is %s has no time', (_what, id) => {
    expect(timeOfUuid(id)).toBeUndefined();
  });

  it.each(['', 'not-a-uuid', '660facf7b9cf417a8ee127afe2fb2c72', `${newUuid()} `])(
    'refuses %p as an id',
    (text) => {
      expect(isUuid(text)).toBe(false);
    },
  );
});
