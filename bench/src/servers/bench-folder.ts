import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@backstitch/tools';

export const PEERS = join(projectRoot(), 'bench', 'peers');

/** A folder of the benchmark's own, made if need be; git ignores it. */
export function benchFolder(...names: string[]): string {
  const folder = join(projectRoot(), '.backstitch', 'bench', ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}
