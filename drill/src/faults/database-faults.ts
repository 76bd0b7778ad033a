import { BROKER_USERS } from '@backstitch/tools';
import type { FaultProxy } from '../proxy/fault-proxy.js';
import type { DatabaseServer } from '../site/drilled-servers.js';
import type { Site } from '../site/site.js';
import type { Fault, Injection } from './fault.js';
import { hurtFor, workUnderWay } from './work.js';

const KILLS = 3;
const BETWEEN_KILLS_MS = 1_500;
const SLOW_BY_MS = 150;
const SLOW_FOR_MS = 8_000;
const HANGS_FOR_MS = 6_000;

const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname IS NOT NULL AND application_name <> 'drill' AND pid <> pg_backend_pid()`;

const connectionsKilled: Fault = {
  name: 'database-connections-killed',
  title: `every connection to the databases terminated, ${KILLS} times`,
  async inject(site) {
    let [inFlight, killed] = [0, 0];
    for (let kill = 0; kill < KILLS; kill += 1) {
      if (kill > 0) await hurtFor(site, BETWEEN_KILLS_MS);
      inFlight += await workUnderWay(site);
      killed += (await site.rows('orchestrator', TERMINATE)).length;
    }
    const what = `${killed} connections terminated with ${inFlight} sagas under way in all`;
    return { what, inFlight };
  },
};

/** PostgreSQL ends in some way: what was committed is there when it is back, and nothing else. */
async function postgresAway(
  site: Site,
  end: (postgres: DatabaseServer) => Promise<unknown>,
): Promise<Injection> {
  const inFlight = await workUnderWay(site);
  await end(site.postgres);
  await site.postgres.start();
  return { what: `PostgreSQL went away with ${inFlight} sagas under way`, inFlight };
}

const outages: Fault[] = [
  {
    name: 'postgres-killed',
    title: 'kill -9 of PostgreSQL, and its start',
    inject: (site) => postgresAway(site, (postgres) => postgres.kill()),
  },
  {
    name: 'postgres-restarted',
    title: 'stop of PostgreSQL, and its start',
    inject: (site) => postgresAway(site, (postgres) => postgres.stop()),
  },
];

/** Every instance of the app that owns one of the databases feels it. */
async function databaseIll(
  site: Site,
  forMs: number,
  change: (link: FaultProxy, isIll: boolean) => void,
): Promise<Injection> {
  const owner = site.random.pick(BROKER_USERS);
  const links = site.of(owner.name).flatMap(({ databaseLink }) => databaseLink ?? []);
  const inFlight = await workUnderWay(site);
  try {
    for (const link of links) change(link, true);
    await hurtFor(site, forMs);
  } finally {
    for (const link of links) change(link, false);
  }
  const what = `${owner.database} was ill for ${owner.name}, with ${inFlight} sagas under way`;
  return { what, inFlight };
}

const delay = (link: FaultProxy, isIll: boolean): void => link.delay(isIll ? SLOW_BY_MS : 0);
const silence = (link: FaultProxy, isIll: boolean): void => (isIll ? link.stall() : link.flow());

const illnesses: Fault[] = [
  {
    name: 'database-slow',
    title: `one database slower by ${SLOW_BY_MS} ms in each direction, for ${SLOW_FOR_MS / 1_000} s`,
    seconds: 14,
    inject: (site) => databaseIll(site, SLOW_FOR_MS, delay),
  },
  {
    name: 'database-hangs',
    title: `one database silent for ${HANGS_FOR_MS / 1_000} s, its connections open`,
    seconds: 12,
    inject: (site) => databaseIll(site, HANGS_FOR_MS, silence),
  },
];

export const DATABASE_FAULTS: readonly Fault[] = [connectionsKilled, ...outages, ...illnesses];
