import { type LastUnits, wrongWithLastUnits } from './last-units.js';
import { loadName, loadTable, ratioTable } from './load-table.js';
import type { Measurement } from './measurement.js';
import type { Ratios } from './ratios.js';

export interface HotSku {
  measurements: Measurement[];
  /** Of the hot product to the whole catalogue. */
  ratios: Ratios[];
  lastUnits: LastUnits;
}

export function hotSkuReport({ measurements, ratios, lastUnits }: HotSku): string {
  const { buyers, units, sold, confirmed, answered } = lastUnits;
  const answers = Object.entries(answered).map(([status, count]) => `${count} × ${status}`);
  const verdict = wrongWithLastUnits(lastUnits).length === 0 ? 'exact' : 'NOT EXACT';
  return [
    loadTable(measurements, loadName(measurements[0]?.inFlight ?? 0)),
    ratioTable('one product in times of the whole catalogue', ratios),
    `the last ${units} units, ${buyers} buyers: ${sold} sold, ${confirmed} in confirmed orders ` +
      `(${answers.join(', ')}): ${verdict}`,
  ].join('\n\n');
}
