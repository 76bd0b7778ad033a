import { loadName, loadTable, ratioTable } from './load-table.js';
import type { Measurement } from './measurement.js';
import type { Ratios } from './ratios.js';

export interface Filled {
  /** Finished sagas that were made. */
  added: number;
  fillSeconds: number;
  /** Of all four databases with them. */
  bytes: number;
  measurements: Measurement[];
  /** Of the full databases to the empty ones. */
  ratios: Ratios[];
}

export function filledReport({ added, fillSeconds, bytes, measurements, ratios }: Filled): string {
  const each = Math.round(bytes / added);
  return [
    `${added} finished sagas made in ${Math.round(fillSeconds)} s; with them the four databases have ` +
      `${(bytes / 1e9).toFixed(2)} GB (${each} bytes a saga)`,
    loadTable(measurements, loadName(measurements[0]?.inFlight ?? 0)),
    ratioTable('full in times of empty', ratios),
  ].join('\n\n');
}
