import { describe, expect, it } from '@jest/globals';
import { Histogram } from 'prom-client';
import { metricsRegistry } from './metrics.js';
import { Timings } from './timings.js';

const linesOf = async (name: string) =>
  (await metricsRegistry.metrics()).split('\n').filter((line) => line.includes(name));

describe('a histogram of our own', () => {
  it('is told as prom-client tells its own, whatever is observed', async () => {
    const buckets = [0.1, 0.5, 1];
    const labels = ['step', 'outcome'];
    const ours = new Timings({ name: 'shop_ours', help: 'Ours', labels, buckets });
    const theirs = new Histogram({
      name: 'shop_theirs',
      help: 'Ours',
      labelNames: labels,
      buckets,
    });
    for (const value of [0, 0.05, 0.1, 0.11, 0.5, 0.75, 1, 1.01, 60]) {
      for (const [step, outcome] of [
        ['pay', 'done'],
        ['pay', 'fault'],
        ['hold', 'done'],
      ] as const) {
        ours.observe(value, step, outcome);
        theirs.observe({ step, outcome }, value);
      }
    }
    const expected = (await linesOf('shop_theirs')).map((line) => line.replace('theirs', 'ours'));
    const sorted = (lines: string[]) =>
      lines
        .map((line) =>
          line.replace(/\{(.*)\}/, (_, all: string) => `{${all.split(',').sort().join()}}`),
        )
        .sort();
    expect(sorted(await linesOf('shop_ours'))).toEqual(sorted(expected));
  });

  it('has no series before the first observation, and one without labels', async () => {
    const plain = new Timings({ name: 'shop_plain', help: 'Plain', labels: [], buckets: [1] });
    expect(await linesOf('shop_plain')).toEqual([
      '# HELP shop_plain Plain',
      '# TYPE shop_plain histogram',
    ]);
    plain.observe(2);
    expect((await linesOf('shop_plain')).slice(2)).toEqual([
      'shop_plain_bucket{le="1"} 0',
      'shop_plain_bucket{le="+Inf"} 1',
      'shop_plain_sum 2',
      'shop_plain_count 1',
    ]);
  });
});
