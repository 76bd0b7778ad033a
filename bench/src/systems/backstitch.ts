import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '@backstitch/tools';
import { CannotMeasure } from '../errors.js';
import { BENCH_PRICE } from '../load/basket.js';
import { benchFolder, PROJECT } from '../servers/bench-folder.js';
import { SystemDatabases, type DatabaseName } from '../servers/databases.js';
import { vhostUrl } from '../servers/rabbit-management.js';
import { BenchProcess } from './bench-process.js';
import { readBooks } from './books.js';
import type { Site } from './site.js';
import type { System } from './system.js';

interface App {
  name: string;
  database?: DatabaseName;
}

const GATEWAY = 'api-gateway';
const APPS: readonly App[] = [
  { name: 'order-service', database: 'orders' },
  { name: 'inventory-service', database: 'inventory' },
  { name: 'payment-service', database: 'payments' },
  { name: 'orchestrator', database: 'orchestrator' },
  { name: GATEWAY },
];
/** As `npm start` runs them. */
const NODE_FLAGS = ['--max-semi-space-size=16'];
const STOCK = 1_000_000_000;

/** Backstitch, and where its data is. */
export interface Backstitch extends System {
  databases: SystemDatabases;
}

/** The project's apps on fresh databases, as processes that are set up as in production. */
export async function startBackstitch(site: Site): Promise<Backstitch> {
  const databases = await makeBackstitchDatabases(site);
  return startBackstitchApps(site, databases);
}

/** Its four databases, migrated and with a catalogue; removed in the end. */
export async function makeBackstitchDatabases(site: Site): Promise<SystemDatabases> {
  const { servers, cleanup, say, twin = '' } = site;
  const databases = new SystemDatabases(servers.databaseServerUrl, `bench_backstitch_${twin}`);
  cleanup.add("Backstitch's databases", () => databases.drop());
  await databases.recreate();
  say('backstitch: migrating, filling the catalogue');
  await Promise.all(APPS.map(({ name, database }) => migrate(name, database, databases, site.env)));
  await databases.query('inventory', catalogueSql(site.products));
  return databases;
}

/** One gateway, and so many of the others as the site says. */
export async function startBackstitchApps(
  site: Site,
  databases: SystemDatabases,
): Promise<Backstitch> {
  const { servers, cleanup, instances = 1, twin = '' } = site;
  const vhost = `bench-backstitch${twin && `-${twin}`}`;
  cleanup.add("Backstitch's queues", () => servers.management.dropVhost(vhost));
  await servers.management.recreateVhost(vhost);
  const wanted = APPS.flatMap((app) => Array<App>(app.name === GATEWAY ? 1 : instances).fill(app));
  const ports = await freePorts(wanted.length);
  const orchestrators = ports.filter((_, index) => wanted[index]?.name === 'orchestrator');
  const settings = appSettings(site, vhost, orchestrators);
  const processes = wanted.map(({ name, database }, index) => {
    const one = new BenchProcess({
      name,
      parameters: [
        ...NODE_FLAGS,
        ...(site.nodeFlags?.(index, name) ?? []),
        appFile(name, 'main.js'),
      ],
      cwd: join(PROJECT, 'apps', name),
      env: {
        ...settings,
        PORT: String(ports[index]),
        METRICS_PORT: '0',
        ...(database && { DB_URL: databases.url(database) }),
      },
      logFile: join(benchFolder('logs'), `backstitch-${twin && `${twin}-`}${index}-${name}.log`),
      onDeath: (error) => site.stop.abort(error),
    });
    cleanup.add(name, () => one.end());
    return one;
  });
  return {
    name: 'backstitch',
    description: describe(settings, processes.length),
    checkoutUrl: `http://127.0.0.1:${ports.at(-1)}/api/checkout`,
    processes: { apps: processes },
    usesBroker: true,
    books: () => readBooks(databases),
    databases,
  };
}

/** What all apps are told. Whatever the command's environment sets (LOG_LEVEL, QUEUE_TYPE, …) wins. */
function appSettings({ servers, env }: Site, vhost: string, orchestrators: readonly number[]) {
  const { DB_URL: _one, ...given } = env;
  return {
    // Demo passwords, as named servers may have them, are refused in production.
    ...(servers.production && { NODE_ENV: 'production' }),
    LOG_LEVEL: 'info',
    PAYMENT_FAILURE_RATE: '0',
    RATE_LIMIT_PER_MINUTE: '0',
    ...given,
    HOST: '127.0.0.1',
    RABBITMQ_URL: vhostUrl(servers.rabbitmqUrl, vhost),
    ORCHESTRATOR_URL: orchestrators.map((port) => `http://127.0.0.1:${port}`).join(','),
  };
}

function describe(settings: NodeJS.ProcessEnv, processes: number): string {
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  const told = ['NODE_ENV', 'LOG_LEVEL', 'QUEUE_TYPE', 'NODE_OPTIONS'].flatMap((name) =>
    settings[name] ? [`${name}=${settings[name]}`] : [],
  );
  return `${version}, ${processes} processes, ${[...NODE_FLAGS, ...told].join(' ')}`;
}

function appFile(app: string, file: string): string {
  return join(PROJECT, 'apps', app, 'dist', file);
}

async function migrate(
  app: string,
  database: DatabaseName | undefined,
  databases: SystemDatabases,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (!database) return;
  const run = promisify(execFile)(process.execPath, [appFile(app, 'database/migrate.js')], {
    cwd: join(PROJECT, 'apps', app),
    env: { ...env, DB_URL: databases.url(database) },
  });
  await run.catch((error: { stderr?: string; message: string }) => {
    throw new CannotMeasure(`${app} cannot be migrated: ${error.stderr || error.message}`);
  });
}

/** In one transaction that names itself a seed: the stock ledger books it like any other. */
function catalogueSql(products: number): string {
  return `BEGIN;
    SET LOCAL backstitch.stock_move = 'SEED';
    INSERT INTO products (id, name, stock_quantity, price)
    SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Product ' || n,
      ${STOCK}, ${BENCH_PRICE}
    FROM generate_series(1, ${products}) n;
    COMMIT;
    ANALYZE products`;
}
