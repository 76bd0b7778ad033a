import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import type { Measurement } from './measurement.js';
import { ratios } from './ratios.js';

const ours = (named: Partial<Measurement> = {}) => measured({ ...named, system: 'backstitch' });
const theirs = (named: Partial<Measurement> = {}) => measured({ ...named, system: 'textbook' });
const compared = (...measurements: Measurement[]) => ratios(measurements, 'backstitch', 'textbook');

describe('ratios', () => {
  it('compares pair by pair, not the medians of each system', () => {
    const result = compared(
      // The machine was half as fast in the second round; every pair says 4 nevertheless.
      ours({ round: 1, perSecond: 400 }),
      theirs({ round: 1, perSecond: 100 }),
      theirs({ round: 2, perSecond: 50 }),
      ours({ round: 2, perSecond: 200 }),
      ours({ round: 3, perSecond: 400 }),
      theirs({ round: 3, perSecond: 80 }),
    );
    expect(result).toHaveLength(1);
    expect(result[0]).toMatchObject({ pairs: 3, throughput: { median: 4, min: 4, max: 5 } });
  });

  it('is above 1 for less CPU and for less latency', () => {
    const latencyMs = { p50: 10, p95: 11, p99: 12, max: 13 };
    const slow = { cpuMs: { apps: 10, postgres: 1, rabbitmq: 1 } };
    const [result] = compared(
      ours({ cpuMs: { apps: 1, postgres: 0.5, rabbitmq: 0.5 }, latencyMs }),
      theirs({ ...slow, latencyMs: { ...latencyMs, p50: 200 } }),
    );
    expect(result?.cpu?.median).toBe(6);
    expect(result?.latencyP50.median).toBe(20);
  });

  it('says nothing of CPU when some server could not be seen', () => {
    const [result] = compared(ours({ cpuMs: { apps: 1, postgres: null } }), theirs());
    expect(result?.throughput.median).toBe(1);
    expect(result?.cpu).toBeUndefined();
  });

  it('sums the parts that a system consists of, whichever they are', () => {
    const [result] = compared(
      ours({ cpuMs: { apps: 1, postgres: 0.5, rabbitmq: 0.5 } }),
      theirs({ cpuMs: { apps: 1, engine: 2, postgres: 3 } }),
    );
    expect(result?.cpu?.median).toBe(3);
  });

  it('keeps the loads apart', () => {
    const result = compared(
      ours({ inFlight: 1, perSecond: 90 }),
      theirs({ inFlight: 1, perSecond: 30 }),
      ours({ inFlight: 64, perSecond: 500 }),
      theirs({ inFlight: 64, perSecond: 100 }),
    );
    expect(result.map((one) => [one.inFlight, one.throughput.median])).toEqual([
      [1, 3],
      [64, 5],
    ]);
  });

  it('leaves out a round without its pair and a system that completed nothing', () => {
    const nothing = theirs({ round: 1, completed: 0, perSecond: 0 });
    expect(compared(ours({ round: 1 }), nothing, ours({ round: 2 }))).toEqual([]);
  });
});
