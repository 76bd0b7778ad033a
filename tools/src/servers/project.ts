import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder. */
export function projectRoot(): string {
  // The same depth below src and below dist.
  return fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
}

/** What `npm start` and `npm test` keep between runs; git ignores it. */
export function stateFolder(): string {
  return join(projectRoot(), '.backstitch');
}

/** Short and stable for a path; tells two checkouts on one machine apart. */
export function pathKey(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 10);
}
