import type { SystemDatabases } from '@backstitch/tools';
import { filledDatabases } from '../fill/filled-databases.js';
import { heat, measureOnce, progress, type Subject } from '../in-turn.js';
import { turns, type Turn } from '../plan.js';
import { costs } from '../report/costs.js';
import { type Removal, retentionReport, type Retention } from '../report/retention-report.js';
import { KEPT_DAYS, OldSagas } from '../retention/old-sagas.js';
import { startOn } from '../systems/start-system.js';
import { type Scenario, type Stage, START_SECONDS, withOwnCleanup } from './scenario.js';

const SAGAS = 200_000;
const SAGAS_PER_SECOND = 5_000;
const IN_FLIGHT = 64;
const REMOVING = 'removing';
const AT_REST = 'none removed';
/** As a URL: of a path, `--import` would read a "%", "#" or "?" as a part of one. */
const FIRST_RUN_SOON = new URL('../retention/first-run-soon.js', import.meta.url).href;

/**
 * What a load feels of finished sagas being removed: the apps are started anew for each turn, on the same
 * databases, and the orchestrator begins its work soon in one and long after the end in the other.
 */
export const retention: Scenario = {
  seconds: ({ sagas = SAGAS, rounds, seconds, warmSeconds }) =>
    START_SECONDS +
    sagas / SAGAS_PER_SECOND +
    2 * rounds * (START_SECONDS + 5 * warmSeconds + seconds),
  run: async (stage) => {
    const { rounds, sagas = SAGAS } = stage.options;
    const { databases, added } = await filledDatabases(stage, 'old', sagas);
    const old = new OldSagas(databases);
    await old.leaveSomeUnfinished();
    const data: Retention = { added, measurements: [], removals: [], left: 0 };
    const wrong: string[] = [];
    for (const turn of turns(rounds, [IN_FLIGHT], [AT_REST, REMOVING])) {
      const { one, removal, lost } = await oneTurn(stage, databases, old, turn);
      data.measurements.push(one);
      if (removal) data.removals.push(removal);
      wrong.push(...lost);
    }
    data.left = (await old.count()).old;
    data.costs = { name: REMOVING, of: AT_REST, ...costs(data.measurements, REMOVING, AT_REST) };
    return { data, text: retentionReport(data), wrong: [...wrong, ...(await old.lost())] };
  },
};

async function oneTurn(stage: Stage, databases: SystemDatabases, old: OldSagas, turn: Turn) {
  const { products, lines } = stage.options;
  const isRemoving = turn.system === REMOVING;
  return withOwnCleanup(stage, async (own) => {
    const site = {
      ...own,
      products,
      variant: 'old',
      env: { ...own.env, SAGA_RETENTION_DAYS: String(KEPT_DAYS) },
      nodeFlags: (_: number, app: string) =>
        isRemoving && app === 'orchestrator' ? ['--import', FIRST_RUN_SOON] : [],
    };
    const system = await startOn(databases, site);
    const subject: Subject = { name: turn.system, system, basket: { products, lines } };
    await heat(own, subject, IN_FLIGHT);
    const [before, beganMs] = [await old.count(), performance.now()];
    const one = await measureOnce(own, subject, turn);
    const [after, seconds] = [await old.count(), (performance.now() - beganMs) / 1000];
    const removal: Removal = { round: turn.round, removed: before.old - after.old, seconds };
    stage.say(`${progress(turn, one)}; ${removal.removed} removed`);
    const young = before.young + one.completed - after.young;
    const lost = young > 0 ? [`${young} sagas were removed before their time`] : [];
    return { one, lost, ...(isRemoving && { removal }) };
  });
}
