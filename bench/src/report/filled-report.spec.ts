import { describe, expect, it } from '@jest/globals';
import { measured } from '../testing/measured.js';
import { filledReport } from './filled-report.js';
import { ratios } from './ratios.js';

describe('filledReport', () => {
  it('compares full databases with empty ones, and says how large the full ones are', () => {
    const measurements = [
      measured({ system: '5000000 sagas', perSecond: 480 }),
      measured({ system: 'empty', perSecond: 500 }),
    ];
    const text = filledReport({
      added: 5_000_000,
      fillSeconds: 900.4,
      bytes: 20e9,
      measurements,
      ratios: ratios(measurements, '5000000 sagas', 'empty'),
    });
    expect(text).toContain('5000000 finished sagas made in 900 s');
    expect(text).toContain('20.00 GB (4000 bytes a saga)');
    expect(text).toMatch(/64 in flight: throughput +0\.96 ×/);
  });
});
