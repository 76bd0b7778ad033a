import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vhostUrl } from '@backstitch/launcher';
import {
  addressVariables,
  APPS,
  appFile,
  type AppName,
  migrateAll,
  placeApps,
  projectRoot,
  SystemDatabases,
  USUAL_NODE_FLAGS,
} from '@backstitch/tools';
import { BENCH_PRICE } from '../load/basket.js';
import { readLedgers } from './ledgers.js';
import type { Site } from './site.js';
import type { System } from './system.js';
import { startProcess } from './system-process.js';

const STOCK = 1_000_000_000;
/** A local issuer makes tokens, where checkouts carry any, so nothing asks identity-service. */
const MEASURED = APPS.filter(({ name }) => name !== 'identity-service');

/** Backstitch, and where its data is. */
export interface Backstitch extends System {
  databases: SystemDatabases;
  /** Of one of its orchestrators; an orchestrator shows every saga. */
  orchestratorUrl: string;
}

/** The project's apps on fresh databases, as processes that are set up as in production. */
export async function startBackstitch(site: Site): Promise<Backstitch> {
  const databases = await makeBackstitchDatabases(site);
  return startBackstitchApps(site, databases);
}

/** Its databases, migrated and with a catalogue; removed in the end. */
export async function makeBackstitchDatabases(site: Site): Promise<SystemDatabases> {
  const { servers, cleanup, say, variant = '' } = site;
  const prefix = `bench_backstitch_${variant}`;
  const databases = new SystemDatabases(servers.databaseServerUrl, { prefix });
  cleanup.add("Backstitch's databases", () => databases.drop());
  await databases.recreate();
  say('backstitch: migrating, filling the catalogue');
  await migrateAll(databases.url, site.env);
  await databases.rows('inventory', catalogueSql(site.products));
  return databases;
}

/** One gateway, and so many of the others as the site says. */
export async function startBackstitchApps(
  site: Site,
  databases: SystemDatabases,
): Promise<Backstitch> {
  const { servers, cleanup, instances = 1, variant = '' } = site;
  const vhost = `bench-backstitch${variant && `-${variant}`}`;
  cleanup.add("Backstitch's queues", () => servers.management.dropVhost(vhost));
  await servers.management.dropVhost(vhost);
  await servers.management.makeVhost(vhost);
  const places = await placeApps(instances, MEASURED);
  const settings = appSettings(site);
  const rabbitmqUrl = vhostUrl(servers.rabbitmqUrl, vhost);
  const processes = places.map((place, index) => {
    const { name } = place.app;
    const own = site.nodeFlags?.(index, name) ?? [];
    return startProcess(site, {
      name,
      parameters: [...USUAL_NODE_FLAGS, ...own, appFile(name)],
      env: {
        ...settings,
        ...(name === 'api-gateway' && gatewaySettings(site, settings)),
        ...addressVariables(place, places, { databaseUrl: databases.url, rabbitmqUrl }),
      },
      logName: `backstitch-${variant && `${variant}-`}${place.name}`,
    });
  });
  const urlOf = (name: AppName) => places.find(({ app }) => app.name === name)!.url;
  return {
    name: 'backstitch',
    description: describe(settings, processes.length),
    checkoutUrl: `${urlOf('api-gateway')}/api/checkout`,
    orchestratorUrl: urlOf('orchestrator'),
    processes: { apps: processes },
    usesBroker: true,
    ...(site.tokens && { tokens: site.tokens }),
    ledgers: () => readLedgers(databases),
    databases,
  };
}

/** What all apps are told. What the command's environment sets (LOG_LEVEL, QUEUE_TYPE, …) wins. */
function appSettings({ servers, env }: Site): NodeJS.ProcessEnv {
  const { DB_URL: _one, ...given } = env;
  return {
    // Demo passwords, as named servers may have them, are refused in production.
    ...(servers.production && { NODE_ENV: 'production', INTERNAL_KEYS: newInternalKey() }),
    LOG_LEVEL: 'info',
    PAYMENT_FAILURE_RATE: '0',
    RATE_LIMIT_PER_MINUTE: '0',
    ...given,
  };
}

/** Production refuses an issuer without https, and checkouts without a token. */
function gatewaySettings(
  { tokens, guests = 'token' }: Site,
  { NODE_ENV }: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  return {
    ...(NODE_ENV === 'production' && { NODE_ENV: 'test' }),
    ...(tokens && { ISSUERS: tokens.issuer, ROLES_CLAIM: 'roles', GUESTS: guests }),
  };
}

/** Production refuses the key of development. */
function newInternalKey(): string {
  return `bench:${randomBytes(32).toString('base64url')}`;
}

function describe(settings: NodeJS.ProcessEnv, processes: number): string {
  const { version } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8'));
  const told = ['NODE_ENV', 'LOG_LEVEL', 'QUEUE_TYPE', 'NODE_OPTIONS'].flatMap((name) =>
    settings[name] ? [`${name}=${settings[name]}`] : [],
  );
  return `${version}, ${processes} processes, ${[...USUAL_NODE_FLAGS, ...told].join(' ')}`;
}

/** In one transaction that names itself a seed: the stock ledger records it like any other. */
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
