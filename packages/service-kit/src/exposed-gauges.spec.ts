import { describe, expect, it } from '@jest/globals';
import {
  exposeKnownGauge,
  exposeLabelledGauge,
  exposeSamples,
  type Sample,
} from './exposed-gauges.js';
import { metricsRegistry } from './metrics.js';

const read = () => metricsRegistry.metrics();

describe('a gauge that is read at each scrape', () => {
  it('has no series while its number is not known, and 0 is a number', async () => {
    let known: number | undefined;
    exposeKnownGauge('shop_last_visit_seconds', 'The last visit', () => known);
    expect(await read()).not.toMatch(/^shop_last_visit_seconds /m);
    known = 0;
    expect(await read()).toMatch(/^shop_last_visit_seconds 0$/m);
    known = undefined;
    expect(await read()).not.toMatch(/^shop_last_visit_seconds /m);
  });

  it('has a series for each value of its label, and none from an earlier answer', async () => {
    let known: Record<string, number> | undefined = { open: 2, shut: 0 };
    exposeLabelledGauge('shop_doors', 'Shop doors', 'state', () => known);
    expect(await read()).toMatch(/shop_doors\{state="open"\} 2\nshop_doors\{state="shut"\} 0\n/);
    known = { shut: 1 };
    expect(await read()).not.toContain('state="open"');
    known = undefined;
    expect(await read()).not.toMatch(/^shop_doors\{/m);
  });

  it('has a series for each sample of several labels, and none from an earlier answer', async () => {
    let known: Sample[] = [
      [{ aisle: 'a', state: 'open' }, 2],
      [{ aisle: 'b', state: 'open' }, 0],
    ];
    exposeSamples('shop_tills', 'Tills', ['aisle', 'state'], () => known);
    expect(await read()).toContain(
      'shop_tills{aisle="a",state="open"} 2\nshop_tills{aisle="b",state="open"} 0\n',
    );
    known = [];
    expect(await read()).not.toMatch(/^shop_tills\{/m);
  });
});
