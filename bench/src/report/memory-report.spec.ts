import { describe, expect, it } from '@jest/globals';
import { memoryReport, type MemorySample } from './memory-report.js';

describe('memoryReport', () => {
  const samples = [100, 110, 120, 120, 120, 120].map(
    (mb, index): MemorySample => ({
      second: index * 30,
      mb: { gateway: mb, orders: 50 },
      togetherMb: mb + 20,
    }),
  );
  const rows = memoryReport({ samples, completed: 9, failed: {} })
    .split('\n')
    .map((line) => line.split(/ {2,}/));

  it('tells what grew from what only warmed up', () => {
    const [name, first, last, most, whole, half] = rows[1]!;
    expect([name, first, last, most, half]).toEqual(['gateway', '100', '120', '120', '+0.0']);
    expect(Number(whole)).toBeGreaterThan(5);
  });

  it('sums all apps, each for itself and with what they share counted once', () => {
    expect(rows.at(-2)?.slice(0, 4)).toEqual(['all apps, each for itself', '150', '170', '170']);
    expect(rows.at(-1)?.slice(0, 4)).toEqual(['all apps, shared pages once', '120', '140', '140']);
  });
});
