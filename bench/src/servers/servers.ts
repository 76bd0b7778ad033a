import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ManagementClient } from '@backstitch/launcher';
import {
  type Cleanup,
  serverRows,
  startPrivatePostgres,
  startPrivateRabbit,
} from '@backstitch/tools';
import { CannotMeasure } from '../errors.js';
import { processOf } from '../load/process-usage.js';
import { benchFolder } from './bench-folder.js';
import { beTheOnlyOne } from './only-one.js';

/** The PostgreSQL and the RabbitMQ that every system under test shares. */
export interface Servers {
  /** Host and credentials, no database. */
  databaseServerUrl: string;
  /** Without virtual host. */
  rabbitmqUrl: string;
  management: ManagementClient;
  /** Processes on this machine whose CPU is theirs; none when they run elsewhere. */
  pids: { postgres: number[]; rabbitmq: number[] };
  /** Where PostgreSQL keeps its data, if it is ours. */
  dataDir: string | undefined;
  /** For people. */
  origin: { postgres: string; rabbitmq: string };
  /** The passwords are random: the apps may run as in production. */
  production: boolean;
}

interface Wish {
  env: NodeJS.ProcessEnv;
  /** More settings of a PostgreSQL that we start. */
  postgresSettings: Record<string, string>;
  cleanup: Cleanup;
}

/** Servers named by DATABASE_SERVER_URL and RABBITMQ_URL, and private ones in place of what is not named. */
export async function openServers({ env, postgresSettings, cleanup }: Wish): Promise<Servers> {
  beTheOnlyOne(join(benchFolder(), 'running'), cleanup);
  if (env.DATABASE_SERVER_URL && Object.keys(postgresSettings).length > 0) {
    throw new CannotMeasure(
      'Settings can be given to a PostgreSQL that the benchmark starts, not to the one that ' +
        'DATABASE_SERVER_URL names.',
    );
  }
  const postgres = env.DATABASE_SERVER_URL
    ? await namedPostgres(env.DATABASE_SERVER_URL)
    : await ownPostgres(cleanup, postgresSettings);
  const rabbit = env.RABBITMQ_URL
    ? await namedRabbit(env.RABBITMQ_URL, env.RABBITMQ_MANAGEMENT_URL)
    : await ownRabbit(cleanup);
  return {
    databaseServerUrl: postgres.url,
    rabbitmqUrl: rabbit.url,
    management: rabbit.management,
    pids: { postgres: postgres.pids, rabbitmq: rabbit.pids },
    dataDir: postgres.dataDir,
    origin: { postgres: postgres.origin, rabbitmq: rabbit.origin },
    production: postgres.own && rabbit.own,
  };
}

async function ownPostgres(cleanup: Cleanup, settings: Record<string, string>) {
  const dataDir = benchFolder('postgres');
  const server = await startPrivatePostgres({ dataDir, password: password(), settings });
  cleanup.add("PostgreSQL's data", () => rm(server.dataDir, { recursive: true, force: true }));
  cleanup.add('PostgreSQL', () => server.stop());
  const { url, origin, pid } = server;
  return { url, origin, own: true, pids: [pid], dataDir: server.dataDir };
}

async function ownRabbit(cleanup: Cleanup) {
  const dataDir = benchFolder('rabbitmq');
  const server = await startPrivateRabbit({ dataDir, password: password() });
  cleanup.add("RabbitMQ's data", () => rm(server.dataDir, { recursive: true, force: true }));
  cleanup.add('RabbitMQ', () => server.stop({ hurry: true }));
  const { url, origin, pid, management } = server;
  return { url, origin, own: true, pids: [pid], management };
}

async function namedPostgres(url: string) {
  // A child of the server that lives as long as it does.
  const sql = `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`;
  const rows = await serverRows(url, sql).catch((error) => {
    throw new CannotMeasure(`DATABASE_SERVER_URL names no PostgreSQL that lets us in: ${error}`);
  });
  // In a container, or elsewhere, the pid is not one of ours.
  const child = processOf(Number(rows[0]?.pid));
  const pids = onThisMachine(url) && child?.name === 'postgres' ? [child.parentPid] : [];
  return { url, origin: 'named by DATABASE_SERVER_URL', own: false, pids, dataDir: undefined };
}

async function namedRabbit(urls: string, managementUrl: string | undefined) {
  const url = urls.split(',')[0]?.trim() ?? urls;
  const beside = `http://${new URL(url).hostname}:15672`;
  const management = new ManagementClient(managementUrl ?? beside, url);
  const nodes = await management.nodes().catch((error) => {
    throw new CannotMeasure(
      `The management API of the broker in RABBITMQ_URL does not answer (RABBITMQ_MANAGEMENT_URL names it): ${error}`,
    );
  });
  const all = onThisMachine(url) ? nodes.map(({ os_pid }) => Number(os_pid)) : [];
  const pids = all.filter((pid) => processOf(pid)?.name.startsWith('beam'));
  return { url, origin: 'named by RABBITMQ_URL', own: false, pids, management };
}

function onThisMachine(url: string): boolean {
  const here = ['localhost', '127.0.0.1', '[::1]', hostname()];
  return here.includes(new URL(url).hostname);
}

/** Made once and kept: a data folder that a killed run left behind opens with it. */
function password(): string {
  const file = join(benchFolder(), 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(12).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}
