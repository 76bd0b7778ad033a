import { describe, expect, it } from '@jest/globals';
import { isUUID } from 'class-validator';
import { isUuid, newUuid } from './uuid.js';

describe('ids', () => {
  it('makes version 7 ids that never repeat and carry the present time', () => {
    const before = Date.now();
    const ids = Array.from({ length: 1000 }, newUuid);
    const timeMs = Number.parseInt(ids[0]!.replace('-', '').slice(0, 12), 16);
    expect(ids.every((id) => isUUID(id, 7) && isUuid(id))).toBe(true);
    expect(new Set(ids).size).toBe(1000);
    expect(timeMs).toBeGreaterThanOrEqual(before);
    expect(timeMs).toBeLessThanOrEqual(Date.now());
  });

  it.each(['', 'not-a-uuid', '660facf7b9cf417a8ee127afe2fb2c72', `${newUuid()} `])(
    'refuses %p as an id',
    (text) => {
      expect(isUuid(text)).toBe(false);
    },
  );
});
