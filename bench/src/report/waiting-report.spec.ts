import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import {
  grown,
  NONE,
  type Residents,
  WAITING,
  waitingCosts,
  waitingReport,
} from './waiting-report.js';

const measurements = [
  measured({ system: NONE, perSecond: 408 }),
  measured({ system: WAITING, perSecond: 400 }),
];
const round = (nth: number, without: number, beside: number): Residents[] => [
  { round: nth, system: NONE, mb: { 'api-gateway': 90, orchestrator: without } },
  { round: nth, system: WAITING, mb: { 'api-gateway': 90, orchestrator: beside } },
];

describe('waitingReport', () => {
  it('says what a load costs beside waiting sagas, and by how much each app grows', () => {
    const residents = [...round(1, 100, 101), ...round(2, 110, 108), ...round(3, 100, 104)];
    const costs = waitingCosts(measurements);
    const text = waitingReport({ sagas: 100_000, measurements, residents, costs });
    expect(text).toContain('100000 sagas wait');
    expect(text).toMatch(/with waiting sagas: time +1\.02 ×/);
    expect(text).toMatch(/orchestrator +100 +104 +\+1\.0/);
    expect(text).toMatch(/api-gateway +90\.0 +90\.0 +\+0\.0/);
    expect(grown(residents)).toEqual([]);
  });

  it('names each app that grows by more than 20 MB, whatever a single round says', () => {
    const residents = [...round(1, 100, 125), ...round(2, 110, 108), ...round(3, 100, 121)];
    expect(grown(residents)).toEqual(['orchestrator grows by 21 MB with waiting sagas']);
  });
});
