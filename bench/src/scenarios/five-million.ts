import { statfs } from 'node:fs/promises';
import { SAGA_DATABASES, type SystemDatabases } from '@backstitch/tools';
import { CannotMeasure } from '../errors.js';
import { levelAutovacuum } from '../fill/autovacuum.js';
import { BYTES_PER_SAGA, whyNoRoom } from '../fill/disk.js';
import { filledDatabases } from '../fill/filled-databases.js';
import { heat, measureInTurn, secondsInTurn, type Subject } from '../in-turn.js';
import { filledReport, type Filled } from '../report/filled-report.js';
import { ratios } from '../report/ratios.js';
import {
  type Backstitch,
  makeBackstitchDatabases,
  startBackstitchApps,
} from '../systems/backstitch.js';
import type { Site } from '../systems/site.js';
import { startOn, startSystem } from '../systems/start-system.js';
import { type Scenario, type Stage, START_SECONDS } from './scenario.js';

const SAGAS = 5_000_000;
const SAGAS_PER_SECOND = 5_000;
const IN_FLIGHT = 64;

/** Whether a checkout costs more when many have been before it. */
export const fiveMillion: Scenario = {
  seconds: (options) =>
    3 * START_SECONDS + (options.sagas ?? SAGAS) / SAGAS_PER_SECOND + secondsInTurn(options, 1, 2),
  run: async (stage) => {
    const { products, lines, sagas = SAGAS } = stage.options;
    await checkDisk(stage, sagas);
    const full = { ...stage, products, variant: 'full' };
    const { databases, added, fillSeconds } = await filledDatabases(stage, full.variant, sagas);
    const bytes = await sizeOf(databases);
    await levelAutovacuum(databases);
    stage.say(`${added} sagas take ${(bytes / 1e9).toFixed(2)} GB`);
    const empty = { ...stage, products, variant: 'empty' };
    const basket = { products, lines };
    const subjects: Subject[] = [
      { name: `${added} sagas`, system: await startOn(databases, full), basket },
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

async function sizeOf(databases: SystemDatabases): Promise<number> {
  let bytes = 0;
  for (const name of SAGA_DATABASES) {
    const [row] = await databases.rows(name, 'SELECT pg_database_size(current_database()) AS size');
    bytes += Number(row?.size);
  }
  return bytes;
}
