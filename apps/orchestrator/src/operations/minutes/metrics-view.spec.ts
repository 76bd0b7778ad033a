import { describe, expect, it } from '@jest/globals';
import { MinuteCounts } from '../../host/metrics/minute-counts.js';
import { metricsQuery, metricsView } from './metrics-view.js';

const NOW = Date.parse('2026-11-30T12:34:56Z');
const MINUTE = 60_000;

describe('the charts', () => {
  it('add up the minutes of all instances in each step', () => {
    const [one, other] = [new MinuteCounts(), new MinuteCounts()];
    one.started(NOW);
    one.done(NOW, 100);
    other.undone(NOW, 300, 'DECLINED');
    other.undone(NOW - 7 * MINUTE, 10, 'DECLINED');
    other.step(NOW, 'PAY:do', 20);
    const rows = [...one.unwritten(), ...other.unwritten()];
    const view = metricsView(rows, { windowMinutes: 10, stepMinutes: 5 }, NOW);
    expect(view).toMatchObject({ since: '2026-11-30T12:25:00.000Z', stepSeconds: 300 });
    expect(view.series).toMatchObject([
      { t: '2026-11-30T12:25:00.000Z', started: 0, done: 0, undone: 1 },
      { t: '2026-11-30T12:30:00.000Z', started: 1, done: 1, undone: 1, byCode: { DECLINED: 1 } },
    ]);
    expect(view.series[1]!.p99! / 300).toBeCloseTo(1, 1);
    expect(view.steps).toMatchObject([{ step: 'PAY', direction: 'do', count: 1 }]);
  });

  it('leave out what is before the window', () => {
    const counts = new MinuteCounts();
    counts.done(NOW - 60 * MINUTE, 5);
    const view = metricsView(counts.unwritten(), metricsQuery({ window: '5m' }), NOW);
    expect(view.series).toHaveLength(5);
    expect(view.series.every(({ done }) => done === 0)).toBe(true);
  });

  it('have the last hour by the minute when nothing is said', () => {
    expect(metricsQuery({})).toEqual({ windowMinutes: 60, stepMinutes: 1 });
  });
});

describe('the counts of a minute', () => {
  it('are written again only when they changed, and as a whole', () => {
    const counts = new MinuteCounts();
    counts.done(NOW, 5);
    expect(counts.unwritten()).toMatchObject([{ done: 1 }]);
    expect(counts.unwritten()).toEqual([]);
    counts.done(NOW + 1, 5);
    const rows = counts.unwritten();
    expect(rows).toMatchObject([{ done: 2 }]);
    counts.notWritten(rows);
    expect(counts.unwritten()).toEqual(rows);
  });
});
