import type { BenchOptions } from '../options.js';
import type { Circumstances } from './machine.js';
import { table } from './table.js';

/** On what, and with which guarantees of the disk, it was measured. */
export function heading(around: Circumstances, options: BenchOptions): string {
  const settings = Object.entries(around.postgresSettings).map(
    ([name, value]) => `${name} ${value}`,
  );
  const disk =
    around.fdatasyncUs === undefined
      ? 'unknown (no pg_test_fsync for it)'
      : `fdatasync of 8 kB takes ${around.fdatasyncUs} µs (pg_test_fsync)`;
  const lines = `${options.lines} ${options.lines === 1 ? 'line' : 'lines'}`;
  const tokens = options.tokens ? `; backstitch with access tokens of ${options.tokens} users` : '';
  const load = `${options.rounds} × ${options.seconds} s each, in turn`;
  return table(
    [
      ['machine', around.machine],
      ['node', around.node],
      ['postgresql', around.postgres],
      ['', settings.join(', ')],
      ['disk', disk],
      ['rabbitmq', around.rabbitmq],
      [
        'load',
        `${load}; ${lines} an order, ${options.products} products, unless said otherwise${tokens}`,
      ],
    ].map(([name, text]) => [`${name?.padEnd(10)}   ${text}`]),
  );
}
