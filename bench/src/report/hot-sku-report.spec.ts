import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import { hotSkuReport } from './hot-sku-report.js';
import type { LastUnits } from './last-units.js';
import { ratios } from './ratios.js';

const measurements = [
  measured({ system: 'one product', perSecond: 400 }),
  measured({ system: '1000 products', perSecond: 500 }),
];
const lastUnits: LastUnits = {
  buyers: 8,
  units: 5,
  stockLeft: 0,
  sold: 5,
  confirmed: 5,
  answered: { 200: 5, 409: 3 },
};
const reported = (found: LastUnits) =>
  hotSkuReport({
    measurements,
    ratios: ratios(measurements, 'one product', '1000 products'),
    lastUnits: found,
  });

describe('hotSkuReport', () => {
  it('shows which share of the usual throughput one product reaches', () => {
    expect(reported(lastUnits)).toMatch(/64 in flight: throughput +0\.80 ×/);
  });

  it('says whether the last units went to as many buyers', () => {
    expect(reported(lastUnits)).toContain(
      '5 sold, 5 in confirmed orders (5 × 200, 3 × 409): exact',
    );
    expect(reported({ ...lastUnits, sold: 6 })).toContain('NOT EXACT');
  });
});
