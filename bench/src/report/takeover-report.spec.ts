import { describe, expect, it } from '@jest/globals';
import { takeoverReport } from './takeover-report.js';

describe('takeoverReport', () => {
  it('says when the sagas were claimed and ended, and what new checkouts felt of it', () => {
    const text = takeoverReport({
      sagas: 10_000,
      claimedSeconds: 6.1,
      servedSeconds: 20.4,
      endedSeconds: 45.2,
      served: 9_998,
      done: 9_990,
      before: { answered: { 200: 200 }, latencyMs: { p50: 9, p99: 20, max: 25 } },
      meanwhile: { answered: { 200: 800, 503: 2 }, latencyMs: { p50: 90, p99: 400, max: 501 } },
    });
    expect(text).toMatch(/all claimed by another +6\.10/);
    expect(text).toMatch(/sent again and served \(9998, 2 undone before\) +20\.4/);
    expect(text).toMatch(/all ended \(9990 done, 10 undone\) +45\.2/);
    expect(text).toMatch(/meanwhile +90\.0 +400 +501 +800 × 200, 2 × 503/);
  });
});
