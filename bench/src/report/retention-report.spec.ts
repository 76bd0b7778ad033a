import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import { costs } from './costs.js';
import { retentionReport, type Retention } from './retention-report.js';

const measurements = [
  measured({ system: 'none removed', perSecond: 500 }),
  measured({ system: 'removing', perSecond: 400 }),
];
const found: Retention = {
  added: 200_000,
  measurements,
  costs: {
    name: 'removing',
    of: 'none removed',
    ...costs(measurements, 'removing', 'none removed'),
  },
  removals: [{ round: 1, removed: 30_000, seconds: 20 }],
  left: 90_000,
};

describe('retentionReport', () => {
  it('says what the load feels of it, and how many sagas go in a second', () => {
    const text = retentionReport(found);
    expect(text).toMatch(/removing: time +1\.25 ×/);
    expect(text).toMatch(/round 1 +30000 +1500/);
    expect(text).toContain('90000 of those that are too old are still there');
  });

  it('says so when there was nothing left to remove', () => {
    expect(retentionReport({ ...found, left: 0 })).toContain('--sagas');
  });
});
