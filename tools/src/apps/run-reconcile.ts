import { join } from 'node:path';
import { projectRoot } from '../servers/project.js';
import { runCommand } from '../servers/run-command.js';
import { SAGA_DATABASES, type SagaDatabaseName } from './apps.js';

export interface ReconcileRun {
  exitCode: number;
  stdout: string;
  /** Both streams, for people. */
  output: string;
}

const SETTLE_SECONDS = '30';

/** Runs `pnpm reconcile` with these words on the databases of a system. */
export async function runReconcile(
  databaseUrl: (database: SagaDatabaseName) => string,
  words: readonly string[] = [],
): Promise<ReconcileRun> {
  const urls = SAGA_DATABASES.map((name) => [`${name.toUpperCase()}_DB_URL`, databaseUrl(name)]);
  const env = { PATH: process.env.PATH, ...Object.fromEntries(urls) };
  const program = join(projectRoot(), 'tools/dist/reconcile/main.js');
  const all = [program, '--settle', SETTLE_SECONDS, ...words];
  const { code: exitCode, stdout, output } = await runCommand(process.execPath, all, { env });
  return { exitCode, stdout, output };
}
