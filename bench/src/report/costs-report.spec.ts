import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import { costs } from './costs.js';
import { costsReport } from './costs-report.js';

const measurements = [1, 2, 3].flatMap((round) => [
  measured({ system: '1 line', round, perSecond: 600 }),
  measured({
    system: '20 lines',
    round,
    perSecond: 300,
    cpuMs: { apps: round, postgres: 2, rabbitmq: 1 },
  }),
]);

describe('costs', () => {
  it('is above 1 for what takes more', () => {
    expect(costs(measurements, '20 lines', '1 line')).toMatchObject({
      cpu: { median: 2.5, min: 2, max: 3 },
      time: { median: 2 },
    });
  });

  it('is unknown of what was not measured', () => {
    expect(costs(measurements, '5 lines', '1 line')).toEqual({});
  });
});

describe('costsReport', () => {
  it('shows what longer orders cost in times of the shortest', () => {
    const of = { name: '20 lines', of: '1 line', ...costs(measurements, '20 lines', '1 line') };
    const text = costsReport({ measurements, costs: [of] });
    expect(text).toContain('in times of 1 line');
    expect(text).toMatch(/20 lines: CPU +2\.50 × +2\.00 × +3\.00 ×/);
  });
});
