import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The same depth below src and below dist. */
export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
export const PEERS = join(PROJECT, 'bench', 'peers');

/** A folder of the benchmark's own, made if need be; git ignores it. */
export function benchFolder(...names: string[]): string {
  const folder = join(PROJECT, '.backstitch', 'bench', ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}
