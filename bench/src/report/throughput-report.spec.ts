import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import type { Measurement } from './measurement.js';
import { ratios } from './ratios.js';
import { throughputReport, type Throughput } from './throughput-report.js';

function resultOf(measurements: Measurement[], completed = 1_500): Throughput {
  return {
    systems: [
      {
        name: 'backstitch',
        description: '0.1.0',
        ledgers: { confirmedOrders: 1_600, logRowsPerSaga: 10 },
        completed,
      },
    ],
    atRestCpuMsPerSecond: { backstitch: 12, postgres: 4 },
    measurements,
    ratios: [
      {
        better: 'backstitch',
        than: 'textbook',
        ofLoads: ratios(measurements, 'backstitch', 'textbook'),
      },
    ],
  };
}

const PAIRS = [1, 64].flatMap((inFlight) => [
  measured({ inFlight, perSecond: 600 }),
  measured({
    inFlight,
    system: 'textbook',
    cpuMs: { apps: 10, postgres: 4, rabbitmq: 2 },
    appsRssMb: 555.4,
  }),
]);

describe('throughputReport', () => {
  it('says what everything uses without load', () => {
    expect(throughputReport(resultOf(PAIRS))).toContain(
      'at rest, CPU ms per second: backstitch 12.0, postgres 4.00',
    );
  });

  it('shows each system under each load with the CPU of each part', () => {
    const lines = throughputReport(resultOf(PAIRS)).split('\n');
    const start = lines.findIndex((line) => line.startsWith('64 in flight '));
    expect(lines.slice(start + 1, start + 3).map((line) => line.split(/\s+/))).toEqual([
      ['backstitch', '600', '2.00', '1.00', '0.500', '0.500', '10.0', '30.0', '700'],
      ['textbook', '100', '16.0', '10.0', '4.00', '2.00', '10.0', '30.0', '555'],
    ]);
  });

  it('gives a column to what only some systems consist of, and none to what no system consists of', () => {
    const engine = measured({ system: 'restate', cpuMs: { apps: 1, engine: 2, postgres: 3 } });
    const [head, , other] = throughputReport(resultOf([measured({}), engine]))
      .split('\n')
      .filter((line) => /^(64 in flight {2}|backstitch {2,}\d{3} |restate)/.test(line));
    expect(head).toMatch(/apps +engine +postgres +rabbitmq/);
    expect(other?.split(/\s+/).slice(2, 7)).toEqual(['6.00', '1.00', '2.00', '3.00', '–']);
    expect(throughputReport(resultOf(PAIRS))).not.toContain('engine');
  });

  it('shows the CPU time of each process of a system, at the load with the clearest difference', () => {
    const of = (gateway: number, inFlight = 64) =>
      measured({ inFlight, cpuMsByProcess: { 'api-gateway': gateway, orchestrator: 1 } });
    expect(throughputReport(resultOf([of(3), of(0.5), of(2), of(9, 256)]))).toContain(
      'backstitch, 64 in flight, CPU ms each: api-gateway 2.00, orchestrator 1.00',
    );
  });

  it('shows ratios of throughput and CPU, but none of CPU for an idle system', () => {
    const text = throughputReport(resultOf(PAIRS));
    expect(text).toMatch(/64 in flight: throughput +6\.00 × +6\.00 × +6\.00 ×/);
    expect(text).toMatch(/64 in flight: less CPU per checkout +8\.00 ×/);
    expect(text).toMatch(/1 in flight: throughput/);
    expect(text).not.toMatch(/ 1 in flight: less CPU/);
  });

  it('shows the median of several rounds above each of them', () => {
    const rounds = [300, 500, 100].map((perSecond, index) =>
      measured({ round: index + 1, perSecond }),
    );
    const lines = throughputReport(resultOf(rounds)).split('\n');
    const start = lines.findIndex((line) => line.startsWith('64 in flight '));
    const perSecond = lines.slice(start + 1, start + 5).map((line) => line.match(/\d{3}/)?.[0]);
    expect(perSecond).toEqual(['300', '300', '500', '100']);
  });

  it('says so when a system confirmed fewer orders than it answered', () => {
    expect(throughputReport(resultOf(PAIRS))).not.toContain('FEWER');
    expect(throughputReport(resultOf(PAIRS, 1_601))).toContain('FEWER THAN IT ANSWERED');
  });

  it('tells of every answer that was no checkout', () => {
    const failing = measured({ failed: { 409: 2, 503: 1 }, failure: 'no stock' });
    expect(throughputReport(resultOf([failing]))).toContain(
      'backstitch, round 1, 64 in flight: 2 × 409, 1 × 503; one of them: no stock',
    );
  });
});
