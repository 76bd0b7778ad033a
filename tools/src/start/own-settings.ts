import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { metricsPortBeside } from '@backstitch/service-kit/variables';
import { type AppName, appNamed } from '../apps/apps.js';
import { databaseUrl, USUAL } from '../servers/configured-servers.js';
import { projectRoot } from '../servers/project.js';
import { portOf, reachableHost, USUAL_PORT } from './places.js';

/** Where an app that is started by itself (`pnpm dev`) listens, and has its data. */
interface OwnSettings {
  url: string;
  metricsUrl: string;
  /** Undefined for an app without a database. */
  databaseUrl: string | undefined;
  /** Whether the address of the database stands in the app's `.env`. */
  fromFile: boolean;
}

/** What the `.env` beside an app says, else the usual place. */
export function ownSettings(name: AppName, folder = join(projectRoot(), 'apps')): OwnSettings {
  const app = appNamed(name);
  const file = join(folder, name, '.env');
  const said = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const port = said['PORT'] || portOf(app, USUAL_PORT);
  const metricsPort = said['METRICS_PORT'] || metricsPortBeside(Number(port));
  const usual = app.database && databaseUrl(USUAL.databaseServerUrl, app.database);
  return {
    url: `http://${reachableHost(said['HOST'])}:${port}`,
    metricsUrl: `http://${reachableHost(said['METRICS_HOST'])}:${metricsPort}`,
    databaseUrl: databaseUrlIn(said, join(folder, name)) || usual,
    fromFile: Boolean(said['DB_URL'] || said['DB_URL_FILE']),
  };
}

/** As the app itself reads it: said in the `.env`, or in a file that it names. */
function databaseUrlIn(said: NodeJS.Dict<string>, folder: string): string | undefined {
  const file = said['DB_URL_FILE'];
  return said['DB_URL'] || (file && readFileSync(resolve(folder, file), 'utf8').trim());
}
