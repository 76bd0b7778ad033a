/**
 * `pnpm dev`: all apps by turbo, each with the `.env` beside it; while they run, the operators'
 * commands of this folder ask them.
 */
import { join } from 'node:path';
import { APPS, DATABASE_OWNERS, PARTICIPANTS } from '../apps/apps.js';
import { becomeProgram } from '../commands/become-program.js';
import { projectRoot } from '../servers/project.js';
import { forgetSystem, rememberSystem } from '../servers/running-systems.js';
import { newOpsToken } from './ops-token.js';
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

// So that failures can be tried here, too: docs/operations.md. Apps in production ignore it.
process.env.OPS_TOKEN ||= newOpsToken();
process.env.OPERATED_APPS ||= PARTICIPANTS.map(({ name }) => ownSettings(name).metricsUrl).join();
process.env.WATCHED_APPS ||= APPS.filter(({ commandQueue }) => commandQueue === undefined)
  .map(({ name }) => ownSettings(name).metricsUrl)
  .join();

const turbo = join(projectRoot(), 'node_modules', '.bin', 'turbo');
const words = ['run', 'dev', ...process.argv.slice(2)];
becomeProgram(turbo, words, { cwd: projectRoot(), advice: ' (`pnpm install` first?)' });
