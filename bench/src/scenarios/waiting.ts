import { CannotMeasure } from '../errors.js';
import { heat, measureOnce, progress, secondsInTurn } from '../in-turn.js';
import { UsageMeter } from '../load/process-usage.js';
import { residentOf } from '../load/resident.js';
import { turns } from '../plan.js';
import {
  grown,
  NONE,
  type Waiting,
  WAITING,
  waitingCosts,
  waitingReport,
} from '../report/waiting-report.js';
import { startBackstitch } from '../systems/backstitch.js';
import { startSystem } from '../systems/start-system.js';
import type { System } from '../systems/system.js';
import { WaitingSagas } from '../waiting/waiting-sagas.js';
import { type Scenario, START_SECONDS } from './scenario.js';

const SAGAS = 100_000;
const SAGAS_PER_SECOND = 10_000;
const IN_FLIGHT = 64;

/**
 * What sagas that wait cost those that are driven: the same processes serve checkouts while many sagas
 * wait and while none does, in turn.
 */
export const waiting: Scenario = {
  seconds: (options) => {
    const turn = (2 * (options.sagas ?? SAGAS)) / SAGAS_PER_SECOND;
    return START_SECONDS + secondsInTurn(options, 1, 2) + options.rounds * turn;
  },
  run: async (stage) => {
    if (!UsageMeter.works()) throw new CannotMeasure('Only Linux tells what processes use.');
    const { products, lines, rounds, sagas = SAGAS } = stage.options;
    const system = await startSystem('backstitch', { ...stage, products }, startBackstitch);
    const subject = { name: 'backstitch', system, basket: { products, lines } };
    await heat(stage, subject, IN_FLIGHT);
    const waits = new WaitingSagas(system.databases);
    const data: Waiting = { sagas, measurements: [], residents: [], costs: {} };
    const wrong: string[] = [];
    for (const turn of turns(rounds, [IN_FLIGHT], [NONE, WAITING])) {
      const isBeside = turn.system === WAITING;
      if (isBeside) await waits.begin(sagas);
      const one = await measureOnce(stage, subject, turn);
      data.measurements.push(one);
      data.residents.push({ round: turn.round, system: turn.system, mb: residentMb(system) });
      const touched = isBeside ? sagas - (await waits.untouched()) : 0;
      if (touched > 0) wrong.push(`${touched} sagas that wait were taken or written`);
      if (isBeside) await waits.remove();
      stage.say(progress(turn, one));
    }
    data.costs = waitingCosts(data.measurements);
    return { data, text: waitingReport(data), wrong: [...wrong, ...grown(data.residents)] };
  },
};

function residentMb({ processes }: System): Record<string, number> {
  const mb = processes.apps.map(({ name, pid }) => {
    const { ownBytes, sharedBytes } = residentOf(pid);
    return [name, (ownBytes + sharedBytes) / 1e6];
  });
  return Object.fromEntries(mb);
}
