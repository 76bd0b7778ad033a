import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The program inside the package, for node to run. */
export function pnpmProgram(prefix) {
  return join(prefix, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
}

/**
 * What npm links as `pnpm` has no first line that says what runs it, as long as the package's own
 * install script has not run; a shell copes with that, turbo does not. The script finds the package
 * beside itself: no path is written into it, so none has to be quoted, and the folder may be moved.
 */
export function writePnpmEntry(prefix) {
  const entry = join(prefix, 'bin', 'pnpm');
  const program = '"${0%/*}/../node_modules/pnpm/bin/pnpm.mjs"';
  mkdirSync(dirname(entry), { recursive: true });
  writeFileSync(entry, `#!/bin/sh\nexec node ${program} "$@"\n`, { mode: 0o755 });
  return entry;
}
