import { checkouts, type Basket } from './load/basket.js';
import { drive } from './load/drive.js';
import { measure, warm } from './measure.js';
import type { BenchOptions } from './options.js';
import { duration, turns, type Turn } from './plan.js';
import { cpuMsTotal, failures, type Measurement } from './report/measurement.js';
import { figure } from './report/table.js';
import type { Stage } from './scenarios/scenario.js';
import type { System } from './systems/system.js';

/** What is compared with the others. */
export interface Subject {
  name: string;
  system: System;
  basket: Basket;
}

/** A process that has just started is slow; before the first round it runs for so many warm-ups. */
const HEAT = 4;
const HEAT_SECONDS_MIN = 6;

/** Code gets compiled before anything counts. */
export async function heat(stage: Stage, subject: Subject, inFlight: number): Promise<void> {
  stage.say(`${subject.name}: warming up`);
  const seconds = Math.max(HEAT_SECONDS_MIN, stage.options.warmSeconds * HEAT);
  await warm(subject.system, inFlight, seconds, subject.basket, stage.stop.signal);
}

/** Seconds that `measureInTurn` takes, roughly. */
export function secondsInTurn(options: BenchOptions, loads: number, subjects: number): number {
  const { rounds, seconds, warmSeconds } = options;
  return rounds * loads * subjects * (seconds + warmSeconds);
}

/** Loads the subjects one after the other, round by round, and says what comes out. */
export async function measureInTurn(
  stage: Stage,
  subjects: readonly Subject[],
  loads: readonly number[],
): Promise<Measurement[]> {
  const { options, say } = stage;
  const plan = turns(
    options.rounds,
    loads,
    subjects.map(({ name }) => name),
  );
  const measurements: Measurement[] = [];
  for (const [index, turn] of plan.entries()) {
    const subject = subjects.find(({ name }) => name === turn.system) as Subject;
    const one = await measureOnce(stage, subject, turn);
    measurements.push(one);
    const left = (plan.length - index - 1) * (options.seconds + options.warmSeconds);
    say(
      `${index + 1}/${plan.length} ${progress(turn, one)}${left ? `; ${duration(left)} left` : ''}`,
    );
  }
  return measurements;
}

export async function measureOnce(
  { options, servers, stop }: Stage,
  { system, basket }: Subject,
  turn: Turn,
): Promise<Measurement> {
  const signal = stop.signal;
  const { seconds, warmSeconds } = options;
  await warm(system, turn.inFlight, warmSeconds, basket, signal);
  const next = checkouts(basket, system.tokens);
  const load = { url: system.checkoutUrl, inFlight: turn.inFlight, seconds, next, signal };
  return { ...turn, ...(await measure(system, servers, signal, () => drive(load))) };
}

/** What came out of a turn, in one line. */
export function progress({ round, inFlight, system }: Turn, one: Measurement): string {
  const failed = failures(one) > 0 ? `, ${failures(one)} FAILED` : '';
  return (
    `round ${round}, ${inFlight} in flight, ${system}: ${figure(one.perSecond)}/s, ` +
    `${figure(cpuMsTotal(one.cpuMs))} CPU ms each, p50 ${figure(one.latencyMs.p50)} ms${failed}`
  );
}
