import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import { wellFormed } from '../testing/well-formed.js';
import { chart, chartedIn } from './chart.js';

const AROUND = {
  machine: '2 × A "fast" CPU & <more>, 8 GiB',
  node: 'v20.20.0',
  postgres: '15.8 (private)',
  fdatasyncUs: 30,
};
const drawn = (measurements: Parameters<typeof chart>[0]['measurements']) =>
  chart({ measurements, inFlight: 64, around: AROUND, at: '2026-11-20T12:00:00.000Z' });
const widths = (svg: string) =>
  [...svg.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));

describe('chart', () => {
  const peer = { apps: 6, postgres: 2 };
  const measurements = [
    measured({ round: 1, perSecond: 800 }),
    measured({ round: 2, perSecond: 900 }),
    measured({ round: 3, perSecond: 100 }),
    measured({ system: 'dbos', perSecond: 200, cpuMs: peer }),
    measured({ system: 'dbos', inFlight: 1, perSecond: 7_777, cpuMs: peer }),
  ];

  it('is well-formed, whatever the machine is called', () => {
    expect(wellFormed(drawn(measurements))).toEqual([]);
  });

  it('shows the medians of the load that it names, as text and as length', () => {
    const svg = drawn(measurements);
    for (const text of ['>backstitch<', '>dbos<', '>800<', '>200<', '>2.00<', '>8.00<']) {
      expect(svg).toContain(text);
    }
    expect(svg).not.toContain('7777');
    expect(widths(svg)).toEqual([520, 130, 130, 520]);
  });

  it('says when and on what it was measured', () => {
    const svg = drawn(measurements);
    expect(svg).toContain('64 checkouts in flight, median of the rounds, 2026-11-20');
    expect(svg).toContain('2 × A &quot;fast&quot; CPU &amp; &lt;more&gt;, 8 GiB');
    expect(svg).toContain('fdatasync 30 µs');
  });

  it('draws no bar where nothing is known', () => {
    const unseen = measured({ system: 'dbos', cpuMs: { apps: 1, postgres: null } });
    expect(widths(drawn([measured({}), unseen])).at(-1)).toBe(0);
  });
});

describe('chartedIn', () => {
  it.each([
    { loads: [1, 64, 256], load: 64 },
    { loads: [1, 16], load: 16 },
  ])('draws $load of $loads in flight', ({ loads, load }) => {
    expect(chartedIn(loads.map((inFlight) => measured({ inFlight })))).toBe(load);
  });
});
