/**
 * `pnpm dev`: all five apps by turbo, each with the `.env` beside it; while they run, the operators'
 * commands of this folder ask them.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DATABASE_OWNERS } from '../apps/apps.js';
import { projectRoot } from '../servers/project.js';
import { forgetSystem, rememberSystem } from '../servers/running-systems.js';
import { ownSettings } from './own-settings.js';

const databases = DATABASE_OWNERS.map(({ name, database }) => {
  return [database, ownSettings(name).databaseUrl!] as const;
});
rememberSystem({
  command: 'pnpm dev',
  apiUrl: ownSettings('api-gateway').url,
  orchestratorUrl: ownSettings('orchestrator').url,
  databases: Object.fromEntries(databases),
});
process.once('exit', () => forgetSystem());

const turbo = join(projectRoot(), 'node_modules', '.bin', 'turbo');
const child = spawn(turbo, ['run', 'dev', ...process.argv.slice(2)], {
  cwd: projectRoot(),
  stdio: 'inherit',
});
// The terminal's Ctrl-C reaches turbo too; a signal to this process alone is handed on.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.once('error', (error) => {
  console.error(`turbo could not be started (\`pnpm install\` first?): ${error.message}`);
  process.exitCode = 1;
});
child.once('close', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
