import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import { halfLoadReport } from './half-load-report.js';

const round = (number: number, p99: number) => ({
  ...measured({ round: number, latencyMs: { p50: 10, p95: 20, p99, max: 99 } }),
  saturatedPerSecond: 600,
  offeredPerSecond: 300,
});

describe('halfLoadReport', () => {
  it('shows the median of the rounds above each of them', () => {
    const lines = halfLoadReport([round(1, 31), round(2, 35), round(3, 33)]).split('\n');
    expect(lines[1]).toMatch(/^median +600 +300 +10\.0 +20\.0 +33\.0 +2\.00$/);
    expect(lines).toHaveLength(5);
  });

  it('tells of every answer that was no checkout', () => {
    const failing = { ...round(1, 30), failed: { 503: 2 }, failure: 'overloaded' };
    expect(halfLoadReport([failing])).toContain(
      'round 1, half load: 2 × 503; one of them: overloaded',
    );
  });
});
