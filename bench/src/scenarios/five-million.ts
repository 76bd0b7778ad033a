import { statfs } from 'node:fs/promises';
import { CannotMeasure } from '../errors.js';
import { levelAutovacuum } from '../fill/autovacuum.js';
import { fill } from '../fill/fill.js';
import { BYTES_PER_SAGA, whyNoRoom } from '../fill/disk.js';
import { sellTemplates } from '../fill/templates.js';
import { heat, measureInTurn, secondsInTurn, type Subject } from '../in-turn.js';
import { filledReport, type Filled } from '../report/filled-report.js';
import { duration } from '../plan.js';
import { ratios } from '../report/ratios.js';
import { DATABASES, type SystemDatabases } from '../servers/databases.js';
import {
  type Backstitch,
  makeBackstitchDatabases,
  startBackstitchApps,
} from '../systems/backstitch.js';
import type { Site } from '../systems/site.js';
import { startSystem } from '../systems/start-system.js';
import { type Scenario, type Stage, START_SECONDS, withOwnCleanup } from './scenario.js';

const SAGAS = 5_000_000;
const SAGAS_PER_SECOND = 5_000;
const IN_FLIGHT = 64;
/** Finished sagas that the apps themselves write, for the others to be made of. */
const TEMPLATES = 200;

/** Whether a checkout costs more when many have been before it. */
export const fiveMillion: Scenario = {
  seconds: (options) =>
    3 * START_SECONDS + (options.sagas ?? SAGAS) / SAGAS_PER_SECOND + secondsInTurn(options, 1, 2),
  run: async (stage) => {
    const { products, lines, sagas = SAGAS } = stage.options;
    await checkDisk(stage, sagas);
    const full = { ...stage, products, twin: 'full' };
    const databases = await makeBackstitchDatabases(full);
    await letAppsWrite(stage, full.twin, databases);
    const startedAtMs = performance.now();
    const added = await fillIn(stage, databases, sagas);
    const fillSeconds = (performance.now() - startedAtMs) / 1000;
    // What filling left in memory is written now, not while somebody is measured.
    await databases.query('orchestrator', 'CHECKPOINT');
    const bytes = await sizeOf(databases);
    await levelAutovacuum(databases);
    stage.say(`${added} sagas take ${(bytes / 1e9).toFixed(2)} GB`);
    const empty = { ...stage, products, twin: 'empty' };
    const basket = { products, lines };
    const start = () => startBackstitchApps(full, databases);
    const subjects: Subject[] = [
      { name: `${added} sagas`, system: await startSystem('backstitch', full, start), basket },
      { name: 'empty', system: await startSystem('backstitch', empty, startEmpty), basket },
    ];
    for (const subject of subjects) await heat(stage, subject, IN_FLIGHT);
    const measurements = await measureInTurn(stage, subjects, [IN_FLIGHT]);
    const [{ name }] = subjects as [Subject];
    const data: Filled = {
      added,
      fillSeconds,
      bytes,
      measurements,
      ratios: ratios(measurements, name, 'empty'),
    };
    return { data, text: filledReport(data) };
  },
};

/** Its tables are cleaned after as many changes as the full ones. */
async function startEmpty(site: Site): Promise<Backstitch> {
  const databases = await makeBackstitchDatabases(site);
  await levelAutovacuum(databases);
  return startBackstitchApps(site, databases);
}

async function checkDisk({ servers, say }: Stage, sagas: number): Promise<void> {
  if (servers.dataDir === undefined) {
    throw new CannotMeasure(
      'The disk of the PostgreSQL that DATABASE_SERVER_URL names cannot be seen; without it the ' +
        'benchmark starts one whose disk it can check before it fills it.',
    );
  }
  const { bavail, bsize } = await statfs(servers.dataDir);
  const why = whyNoRoom(sagas, bavail * bsize);
  if (why) throw new CannotMeasure(why);
  say(`${sagas} sagas take about ${((sagas * BYTES_PER_SAGA) / 1e9).toFixed(1)} GB until the end`);
}

/** The apps are ended again: nobody may write while the databases are filled. */
async function letAppsWrite(stage: Stage, twin: string, databases: SystemDatabases): Promise<void> {
  const { products, lines } = stage.options;
  await withOwnCleanup(stage, async (own) => {
    const site = { ...own, products, twin };
    const system = await startSystem('backstitch', site, () =>
      startBackstitchApps(site, databases),
    );
    const around = { basket: { products, lines }, signal: stage.stop.signal };
    await sellTemplates(system, databases, TEMPLATES, around);
  });
}

async function fillIn({ say, stop }: Stage, databases: SystemDatabases, sagas: number) {
  const startedAtMs = performance.now();
  const had = new Map<string, number>(DATABASES.map((name) => [name, 0]));
  return fill(databases, {
    sagas,
    signal: stop.signal,
    onProgress: (database, filled) => {
      const before = Math.min(...had.values());
      had.set(database, filled);
      const least = Math.min(...had.values());
      if (least === before) return; // another database is behind
      const seconds = (performance.now() - startedAtMs) / 1000;
      const left = Math.max(0, (seconds / least) * (sagas - least));
      say(`filling: ${least} of ${sagas} sagas, ${duration(left)} left`);
    },
  });
}

async function sizeOf(databases: SystemDatabases): Promise<number> {
  let bytes = 0;
  for (const name of DATABASES) {
    const [row] = await databases.query(
      name,
      'SELECT pg_database_size(current_database()) AS size',
    );
    bytes += Number(row?.size);
  }
  return bytes;
}
