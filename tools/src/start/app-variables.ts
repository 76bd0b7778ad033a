import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  exampleVariables,
  isSecretName,
  nearVariables,
  secretFileName,
  type NearVariable,
} from '@backstitch/service-kit/variables';
import { projectRoot } from '../servers/project.js';

/** What Node.js and the system need to run any program, and what crashes an app on purpose. */
const OF_EVERY_PROGRAM = new Set(
  'PATH HOME TMPDIR TZ LANG USER LOGNAME SSL_CERT_FILE SSL_CERT_DIR BUILD_COMMIT FAULT_POINT'.split(
    ' ',
  ),
);
const OF_NODE = /^(NODE_|LC_|UV_)/;
/** Read by `npm start` itself. */
const OF_THE_LAUNCHER = [
  'DATABASE_SERVER_URL',
  'RABBITMQ_URL',
  'RABBITMQ_MANAGEMENT_URL',
  'BACKSTITCH_SERVERS',
];

/** The variables that an app reads: those its `.env.example` names, and the files of its secrets. */
export function variablesOf(app: string): string[] {
  const file = join(projectRoot(), 'apps', app, '.env.example');
  return exampleVariables(readFileSync(file, 'utf8')).flatMap((name) =>
    isSecretName(name) ? [name, secretFileName(name)] : [name],
  );
}

/** Of an environment, what an app needs: its own variables, and those of every program. */
export function environmentFor(app: string, given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = new Set(variablesOf(app));
  const isNeeded = (name: string) =>
    own.has(name) || OF_EVERY_PROGRAM.has(name) || OF_NODE.test(name);
  return Object.fromEntries(Object.entries(given).filter(([name]) => isNeeded(name)));
}

/** Variables that reach no app, and look like one that would. */
export function misspeltVariables(
  apps: readonly string[],
  given: NodeJS.ProcessEnv,
): readonly NearVariable[] {
  const known = [...OF_THE_LAUNCHER, ...apps.flatMap((app) => variablesOf(app))];
  return nearVariables(Object.keys(given), known);
}
