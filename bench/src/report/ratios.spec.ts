import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import { ratios } from './ratios.js';

const OURS = 'backstitch';
const THEIRS = 'textbook';

describe('ratios', () => {
  it('compares pair by pair, not the medians of each system', () => {
    const result = ratios(
      [
        // The machine was half as fast in the second round; every pair says 4 nevertheless.
        measured({ system: OURS, round: 1, perSecond: 400 }),
        measured({ system: THEIRS, round: 1, perSecond: 100 }),
        measured({ system: THEIRS, round: 2, perSecond: 50 }),
        measured({ system: OURS, round: 2, perSecond: 200 }),
        measured({ system: OURS, round: 3, perSecond: 400 }),
        measured({ system: THEIRS, round: 3, perSecond: 80 }),
      ],
      OURS,
      THEIRS,
    );
    expect(result).toHaveLength(1);
    expect(result[0]).toMatchObject({ pairs: 3, throughput: { median: 4, min: 4, max: 5 } });
  });

  it('is above 1 for less CPU and for less latency', () => {
    const cpuMs = { apps: 1, postgres: 0.5, rabbitmq: 0.5 };
    const latencyMs = { p50: 10, p95: 11, p99: 12, max: 13 };
    const [result] = ratios(
      [
        measured({ system: OURS, cpuMs, latencyMs }),
        measured({
          system: THEIRS,
          cpuMs: { apps: 10, postgres: 1, rabbitmq: 1 },
          latencyMs: { ...latencyMs, p50: 200 },
        }),
      ],
      OURS,
      THEIRS,
    );
    expect(result?.cpu?.median).toBe(6);
    expect(result?.latencyP50.median).toBe(20);
  });

  it('says nothing of CPU when some server could not be seen', () => {
    const [result] = ratios(
      [
        measured({ system: OURS, cpuMs: { apps: 1, postgres: null } }),
        measured({ system: THEIRS }),
      ],
      OURS,
      THEIRS,
    );
    expect(result?.throughput.median).toBe(1);
    expect(result?.cpu).toBeUndefined();
  });

  it('sums the parts that a system consists of, whichever they are', () => {
    const [result] = ratios(
      [
        measured({ system: OURS, cpuMs: { apps: 1, postgres: 0.5, rabbitmq: 0.5 } }),
        measured({ system: 'restate', cpuMs: { apps: 1, engine: 2, postgres: 3 } }),
      ],
      OURS,
      'restate',
    );
    expect(result?.cpu?.median).toBe(3);
  });

  it('keeps the loads apart', () => {
    const result = ratios(
      [
        measured({ system: OURS, inFlight: 1, perSecond: 90 }),
        measured({ system: THEIRS, inFlight: 1, perSecond: 30 }),
        measured({ system: OURS, inFlight: 64, perSecond: 500 }),
        measured({ system: THEIRS, inFlight: 64, perSecond: 100 }),
      ],
      OURS,
      THEIRS,
    );
    expect(result.map((one) => [one.inFlight, one.throughput.median])).toEqual([
      [1, 3],
      [64, 5],
    ]);
  });

  it('leaves out a round without its pair and a system that completed nothing', () => {
    const result = ratios(
      [
        measured({ system: OURS, round: 1 }),
        measured({ system: THEIRS, round: 1, completed: 0, perSecond: 0 }),
        measured({ system: OURS, round: 2 }),
      ],
      OURS,
      THEIRS,
    );
    expect(result).toEqual([]);
  });
});
