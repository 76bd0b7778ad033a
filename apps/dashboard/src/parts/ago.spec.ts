import { describe, expect, it } from '@jest/globals';
import { ago, countdown } from './ago.js';

const AT = '2026-11-30T12:00:00.000Z';
const AT_MS = Date.parse(AT);

describe('a time in a list', () => {
  it.each([
    [-5_000, 'just now'],
    [999, 'just now'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [7_200_000, '2 h ago'],
    [172_800_000, '2 d ago'],
  ])('%i ms later is told as %s', (ms, said) => {
    expect(ago(AT, AT_MS + ms)).toBe(said);
  });

  it('that is to come is counted down, and stops at zero', () => {
    const left = [3_605_000, 581_000, 1, 0, -1].map((ms) => countdown(AT_MS + ms, AT_MS));
    expect(left).toEqual(['1:00:05', '9:41', '0:01', '0:00', '0:00']);
  });
});
