import { setTimeout as delay } from 'node:timers/promises';
import { heat } from '../in-turn.js';
import { checkoutBody } from '../load/basket.js';
import { driveOpen } from '../load/drive-open.js';
import type { LoadOutcome } from '../load/shop.js';
import { quantileOfSorted } from '../report/statistics.js';
import { type NewCheckouts, takeoverReport, type Takeover } from '../report/takeover-report.js';
import type { SystemDatabases } from '../servers/databases.js';
import { type Backstitch, startBackstitch } from '../systems/backstitch.js';
import { startSystem } from '../systems/start-system.js';
import { DeadOrchestrator, LEFT_BEHIND } from '../takeover/dead-orchestrator.js';
import { type Scenario, type Stage, START_SECONDS } from './scenario.js';

const SAGAS = 10_000;
const SAGAS_PER_SECOND = 200;
const NEW_PER_SECOND = 20;
const BEFORE_SECONDS = 10;
const WITHIN_SECONDS = 1_800;
const LOOK_EVERY_MS = 100;
const UNFINISHED = `status IN ('RUNNING', 'COMPENSATING')`;
const IS_LEFT = `input->>'userId' LIKE '${LEFT_BEHIND}%'`;

/** What becomes of the sagas of an orchestrator that died, and of new checkouts meanwhile. */
export const takeover: Scenario = {
  seconds: ({ sagas = SAGAS }) => START_SECONDS + BEFORE_SECONDS + 10 + sagas / SAGAS_PER_SECOND,
  run: async (stage) => {
    const { products, sagas = SAGAS } = stage.options;
    const system = await startSystem('backstitch', { ...stage, products }, startBackstitch);
    const basket = { products, lines: 1 };
    await heat(stage, { name: 'backstitch', system, basket }, 16);
    const dead = await DeadOrchestrator.of(system.databases.url('orchestrator'), products);
    stage.cleanup.add('the dead orchestrator', () => dead.dies());
    stage.say(`an orchestrator takes ${sagas} checkouts in`);
    await dead.leaves(sagas, stage.stop.signal);
    stage.say(`new checkouts, ${NEW_PER_SECOND} a second, before it dies`);
    // Its heartbeat must not fall silent while that is measured.
    const before = shoppers(stage, system, BEFORE_SECONDS);
    const alive = dead.keepsAlive(before.done);
    const usual = await before.outcome;
    await alive;
    await dead.dies();
    stage.say('it has died');
    const meanwhile = shoppers(stage, system, WITHIN_SECONDS);
    const times = await watch(stage, system.databases, dead.instanceId, sagas).finally(() =>
      meanwhile.end(),
    );
    const during = await meanwhile.outcome;
    const data: Takeover = { sagas, ...times, before: summary(usual), meanwhile: summary(during) };
    return { data, text: takeoverReport(data) };
  },
};

/** Buyers who come at a steady rate until their time is over or they are told to stop. */
function shoppers(stage: Stage, system: Backstitch, seconds: number) {
  const end = new AbortController();
  const over = new AbortController();
  const outcome = driveOpen({
    url: system.checkoutUrl,
    perSecond: NEW_PER_SECOND,
    seconds,
    body: () => checkoutBody({ products: stage.options.products, lines: 1 }, Math.random),
    signal: AbortSignal.any([stage.stop.signal, end.signal]),
  }).finally(() => over.abort());
  return { outcome, end: () => end.abort(), done: over.signal };
}

/** Seconds since its death until all its sagas were claimed, their commands served, and all ended. */
async function watch(
  { say, stop }: Stage,
  databases: SystemDatabases,
  deadId: string,
  sagas: number,
) {
  const diedAtMs = performance.now();
  const count = async (database: 'orchestrator' | 'orders', from: string) =>
    Number((await databases.query(database, `SELECT count(*) AS n FROM ${from}`))[0]?.n);
  const secondsUntil = async (what: string, isSo: () => Promise<boolean>): Promise<number> => {
    while (!(await isSo())) await delay(LOOK_EVERY_MS, undefined, { signal: stop.signal });
    const seconds = (performance.now() - diedAtMs) / 1000;
    say(`${what} after ${seconds.toFixed(1)} s`);
    return seconds;
  };
  const claimedSeconds = await secondsUntil('all claimed', async () => {
    return (await count('orchestrator', `saga_state WHERE owner = '${deadId}'`)) === 0;
  });
  const servedSeconds = await secondsUntil('all commands sent again and served', async () => {
    return (await count('orders', `orders WHERE user_id LIKE '${LEFT_BEHIND}%'`)) >= sagas;
  });
  const endedSeconds = await secondsUntil('all ended', async () => {
    return (await count('orchestrator', `saga_state WHERE ${UNFINISHED} AND ${IS_LEFT}`)) === 0;
  });
  const done = await count('orchestrator', `saga_state WHERE status = 'DONE' AND ${IS_LEFT}`);
  return { claimedSeconds, servedSeconds, endedSeconds, done };
}

function summary({ latenciesMs, failed }: LoadOutcome): NewCheckouts {
  const quantile = (share: number) => quantileOfSorted(latenciesMs, share);
  return {
    answered: { 200: latenciesMs.length, ...failed },
    latencyMs: { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) },
  };
}
