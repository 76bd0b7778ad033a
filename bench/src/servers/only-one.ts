import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Cleanup, identityOf } from '@backstitch/tools';
import { CannotMeasure } from '../errors.js';

/** Two benchmarks on one machine measure each other; a file that names the one that runs keeps others out. */
export function beTheOnlyOne(file: string, cleanup: Cleanup): void {
  const pid = pidIn(file);
  if (pid !== undefined && pid !== process.pid && identityOf(pid)) {
    throw new CannotMeasure(
      `Another benchmark runs, as process ${pid}: one at a time. If that is none, remove ${file}.`,
    );
  }
  writeFileSync(file, String(process.pid));
  cleanup.add('the mark of a running benchmark', () => rmSync(file, { force: true }));
}

function pidIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}
