import { heat, measureOnce, progress, type Subject } from '../in-turn.js';
import { checkouts } from '../load/basket.js';
import { driveOpen } from '../load/drive-open.js';
import { measure } from '../measure.js';
import { halfLoadReport, type HalfLoad } from '../report/half-load-report.js';
import { figure } from '../report/table.js';
import { startSystem } from '../systems/start-system.js';
import { type Scenario, type Stage, START_SECONDS } from './scenario.js';

const SATURATING = 64;

/** What a shopper waits when the system has as much again to spare. */
export const halfLoad: Scenario = {
  seconds: ({ rounds, seconds, warmSeconds }) =>
    START_SECONDS + rounds * (2 * seconds + warmSeconds),
  run: async (stage) => {
    const { products, lines, rounds } = stage.options;
    const system = await startSystem('backstitch', { ...stage, products });
    const subject = { name: 'backstitch', system, basket: { products, lines } };
    await heat(stage, subject, SATURATING);
    const data: HalfLoad[] = [];
    for (let round = 1; round <= rounds; round += 1)
      data.push(await oneRound(stage, subject, round));
    return { data, text: halfLoadReport(data) };
  },
};

async function oneRound(stage: Stage, subject: Subject, round: number): Promise<HalfLoad> {
  const { options, servers, say, stop } = stage;
  const turn = { round, inFlight: SATURATING, system: subject.name };
  const saturated = await measureOnce(stage, subject, turn);
  say(`${round}/${options.rounds} ${progress(turn, saturated)}`);
  const perSecond = saturated.perSecond / 2;
  const load = {
    url: subject.system.checkoutUrl,
    perSecond,
    seconds: options.seconds,
    next: checkouts(subject.basket, subject.system.tokens),
    signal: stop.signal,
  };
  const half = await measure(subject.system, servers, stop.signal, () => driveOpen(load));
  const { p50, p99 } = half.latencyMs;
  const rate = `${figure(perSecond)} a second`;
  say(`${round}/${options.rounds} ${rate}: p50 ${figure(p50)} ms, p99 ${figure(p99)} ms`);
  return { round, saturatedPerSecond: saturated.perSecond, offeredPerSecond: perSecond, ...half };
}
