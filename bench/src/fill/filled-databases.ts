import { SAGA_DATABASES, type SystemDatabases } from '@backstitch/tools';
import { duration } from '../plan.js';
import { type Stage, withOwnCleanup } from '../scenarios/scenario.js';
import { makeBackstitchDatabases } from '../systems/backstitch.js';
import { startOn } from '../systems/start-system.js';
import { fill } from './fill.js';
import { sellTemplates } from './templates.js';

/** Finished sagas that the apps themselves write, for the others to be made of. */
const TEMPLATES = 200;

export interface FilledDatabases {
  databases: SystemDatabases;
  /** Finished sagas that were made. */
  added: number;
  fillSeconds: number;
}

/** Databases with so many finished sagas of the past four weeks, at rest. */
export async function filledDatabases(
  stage: Stage,
  variant: string,
  sagas: number,
): Promise<FilledDatabases> {
  const site = { ...stage, products: stage.options.products, variant };
  const databases = await makeBackstitchDatabases(site);
  await letAppsWrite(stage, variant, databases);
  const startedAtMs = performance.now();
  const added = await fillIn(stage, databases, sagas);
  const fillSeconds = (performance.now() - startedAtMs) / 1000;
  // What filling left in memory is written now, not during a measurement.
  await databases.rows('orchestrator', 'CHECKPOINT');
  return { databases, added, fillSeconds };
}

/** The apps are ended again: nothing may write while the databases are filled. */
async function letAppsWrite(
  stage: Stage,
  variant: string,
  databases: SystemDatabases,
): Promise<void> {
  const { products, lines } = stage.options;
  await withOwnCleanup(stage, async (own) => {
    const site = { ...own, products, variant };
    const system = await startOn(databases, site);
    const around = { basket: { products, lines }, signal: stage.stop.signal };
    await sellTemplates(system, databases, TEMPLATES, around);
  });
}

async function fillIn({ say, stop }: Stage, databases: SystemDatabases, sagas: number) {
  const startedAtMs = performance.now();
  const had = new Map<string, number>(SAGA_DATABASES.map((name) => [name, 0]));
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
