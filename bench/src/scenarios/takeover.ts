import { DeadOrchestrator } from '@backstitch/tools';
import { heat } from '../in-turn.js';
import { BENCH_PRICE, benchProductId, checkouts } from '../load/basket.js';
import { driveOpen } from '../load/drive-open.js';
import type { LoadOutcome } from '../load/shop.js';
import { quantileOfSorted } from '../report/statistics.js';
import { type NewCheckouts, takeoverReport, type Takeover } from '../report/takeover-report.js';
import { type Backstitch, startBackstitch } from '../systems/backstitch.js';
import { startSystem } from '../systems/start-system.js';
import { LeftBehind, leftBehindOrderId } from '../takeover/left-behind.js';
import { untilNoneLeft } from '../takeover/until-none-left.js';
import { type Scenario, type Stage, START_SECONDS } from './scenario.js';

const SAGAS = 10_000;
const SAGAS_PER_SECOND = 200;
const NEW_PER_SECOND = 20;
const BEFORE_SECONDS = 10;
const LOOK_EVERY_MS = 100;
/**
 * The apps' own but for the deadline of the step that is awaited (20 s there): a saga that is claimed
 * after it is undone, and here it is to be seen how long it takes to ask for all of them again.
 */
const TIMING = {
  sagaDeadlineMs: 600_000,
  paymentReplyTimeoutMs: 5_000,
  steps: { replyTimeoutMs: 2_000, attemptsMax: 5, deadlineMs: 300_000 },
};
/** Claimed, served, ended. */
const STAGES = 3;
/** For each of them; a saga that needs longer is not slow but lost. */
const withinSeconds = (sagas: number) => 120 + sagas / 20;

/** What becomes of the sagas of an orchestrator that died, and of new checkouts meanwhile. */
export const takeover: Scenario = {
  seconds: ({ sagas = SAGAS }) => START_SECONDS + BEFORE_SECONDS + 10 + sagas / SAGAS_PER_SECOND,
  run: async (stage) => {
    const { products, sagas = SAGAS } = stage.options;
    const system = await startSystem('backstitch', { ...stage, products }, startBackstitch);
    const basket = { products, lines: 1 };
    await heat(stage, { name: 'backstitch', system, basket }, 16);
    stage.say(`new checkouts, ${NEW_PER_SECOND} a second, before`);
    const usual = await shoppers(stage, system, BEFORE_SECONDS).outcome;
    const dead = await DeadOrchestrator.of({
      databaseUrl: system.databases.url('orchestrator'),
      timing: TIMING,
      nextProduct: () => {
        const id = benchProductId(1 + Math.floor(Math.random() * products));
        return { id, price: BENCH_PRICE };
      },
      nextOrderId: leftBehindOrderId,
    });
    stage.cleanup.add('the dead orchestrator', () => dead.dies());
    stage.say(`an orchestrator takes ${sagas} checkouts in`);
    await dead.leaves(sagas, { signal: stage.stop.signal });
    await dead.dies();
    stage.say('it has died');
    const behind = new LeftBehind(system.databases, sagas, dead.instanceId);
    const meanwhile = shoppers(stage, system, STAGES * withinSeconds(sagas));
    const times = await watch(stage, behind, sagas).finally(() => meanwhile.end());
    const during = await meanwhile.outcome;
    const data: Takeover = { sagas, ...times, before: summary(usual), meanwhile: summary(during) };
    return { data, text: takeoverReport(data) };
  },
};

/** Buyers who come at a steady rate until their time is over or they are told to stop. */
function shoppers(stage: Stage, system: Backstitch, seconds: number) {
  const end = new AbortController();
  const outcome = driveOpen({
    url: system.checkoutUrl,
    perSecond: NEW_PER_SECOND,
    seconds,
    next: checkouts({ products: stage.options.products, lines: 1 }, system.tokens),
    signal: AbortSignal.any([stage.stop.signal, end.signal]),
  });
  return { outcome, end: () => end.abort() };
}

/** Seconds since its death until all its sagas were claimed, their commands served, and all ended. */
async function watch({ say, stop }: Stage, behind: LeftBehind, sagas: number) {
  const diedAtMs = performance.now();
  const withinMs = withinSeconds(sagas) * 1_000;
  const secondsUntil = async (what: string, left: () => Promise<number>): Promise<number> => {
    await untilNoneLeft({ what, left, lookEveryMs: LOOK_EVERY_MS, withinMs, signal: stop.signal });
    const seconds = (performance.now() - diedAtMs) / 1000;
    say(`${what} after ${seconds.toFixed(1)} s`);
    return seconds;
  };
  const claimedSeconds = await secondsUntil('all claimed', () => behind.unclaimed());
  const servedSeconds = await secondsUntil('all commands sent again and served', () =>
    behind.unserved(),
  );
  const endedSeconds = await secondsUntil('all ended', () => behind.unfinished());
  const [served, done] = [await behind.served(), await behind.done()];
  return { claimedSeconds, servedSeconds, endedSeconds, served, done };
}

function summary({ latenciesMs, failed }: LoadOutcome): NewCheckouts {
  const quantile = (share: number) => quantileOfSorted(latenciesMs, share);
  return {
    answered: { 200: latenciesMs.length, ...failed },
    latencyMs: { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) },
  };
}
