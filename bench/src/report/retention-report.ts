import { type Costly, costsReport } from './costs-report.js';
import type { Measurement } from './measurement.js';
import { figure, table } from './table.js';

export interface Removal {
  round: number;
  /** Finished sagas that went in these seconds. */
  removed: number;
  seconds: number;
}

export interface Retention {
  /** Finished sagas that were made. */
  added: number;
  measurements: Measurement[];
  costs?: Costly['costs'][number];
  /** Of the turns in which sagas were removed. */
  removals: Removal[];
  /** Old sagas that are still there in the end. */
  left: number;
}

export function retentionReport({ added, measurements, costs, removals, left }: Retention): string {
  const rows = removals.map(({ round, removed, seconds }) => [
    `  round ${round}`,
    String(removed),
    figure(removed / seconds),
  ]);
  return [
    costsReport({ measurements, costs: costs ? [costs] : [] }),
    table([['sagas removed under load', 'sagas', 'a second'], ...rows]),
    left > 0
      ? `${added} finished sagas were made; ${left} of those that are too old are still there`
      : `All that were too old are gone before the end: more of them (--sagas) make a fairer picture.`,
  ].join('\n\n');
}
