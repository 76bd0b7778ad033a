import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../servers/project.js';
import { DATABASES, type DatabaseName } from './apps.js';

export interface ReconcileRun {
  exitCode: number;
  stdout: string;
  /** Both streams, for people. */
  output: string;
}

const SETTLE_SECONDS = '30';

/** Runs `pnpm reconcile` with these words on the databases of a system. */
export function runReconcile(
  databaseUrl: (database: DatabaseName) => string,
  words: readonly string[] = [],
): Promise<ReconcileRun> {
  const urls = DATABASES.map((name) => [`${name.toUpperCase()}_DB_URL`, databaseUrl(name)]);
  const options = {
    env: { PATH: process.env.PATH, ...Object.fromEntries(urls) },
    maxBuffer: 2 ** 28,
  };
  const program = join(projectRoot(), 'tools/dist/reconcile/main.js');
  const all = [program, '--settle', SETTLE_SECONDS, ...words];
  return new Promise((resolve) => {
    execFile(process.execPath, all, options, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
      resolve({ exitCode, stdout, output: stdout + stderr });
    });
  });
}
