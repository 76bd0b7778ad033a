import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Period } from '../faults/fault.js';
import { revive } from '../faults/work.js';
import type { Ledger } from '../load/ledger.js';
import { longestGapMs, servedAgainAtMs } from '../load/recovery.js';
import type { Random } from '../site/random.js';
import type { Site } from '../site/site.js';

/** One injection of a fault, and how the system came through it. Times are the ledger's. */
export interface Injected {
  fault: string;
  startedAtMs: number;
  endedAtMs: number;
  what: string;
  inFlight: number;
  /** From the end of the injection until fresh requests were served again; undefined: they were not. */
  recoveredAfterMs?: number;
  /** From its start to the recovery, the longest time without a served request. */
  unservedMs?: number;
  /** When every request must have been served. */
  served?: readonly Period[];
  /** Why the system could not be made whole again. */
  failure?: string;
}

export interface SchedulePlan {
  site: Site;
  faults: readonly Fault[];
  ledger: Ledger;
  random: Random;
  /** By the ledger's clock; when it is not said, every fault has its turn once, however long that takes. */
  untilMs?: number;
}

const USUAL_SECONDS = 8;
const RECOVERY_SECONDS = 2;
const RECOVERED_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 100;
const BREATH_MS_MAX = 800;

/** Injects one fault after another, in an order that the seed decides, until it is enough. */
export async function runSchedule(plan: SchedulePlan): Promise<Injected[]> {
  const { site, ledger, random, untilMs = Infinity, faults } = plan;
  const injected: Injected[] = [];
  const next = deal(faults, random);
  const isOver = (): boolean => untilMs === Infinity && injected.length === faults.length;
  while (!site.stopping.aborted && !isOver()) {
    const fault = next((untilMs - ledger.nowMs()) / 1_000);
    if (!fault) break;
    const one = await inject(fault, plan);
    injected.push(one);
    site.say(sentenceOf(one));
    await breathe(random.int(BREATH_MS_MAX), site);
  }
  const restMs = untilMs - ledger.nowMs();
  if (restMs > 0 && restMs < Infinity) await breathe(restMs, site);
  return injected;
}

/** Deals every fault once before any of them a second time; only what fits into the time that is left. */
export function deal(
  faults: readonly Fault[],
  random: Random,
): (secondsLeft: number) => Fault | undefined {
  let deck = random.shuffle(faults);
  let dealt = false;
  return (secondsLeft) => {
    const fits = (fault: Fault): boolean =>
      (fault.seconds ?? USUAL_SECONDS) + RECOVERY_SECONDS <= secondsLeft;
    if (deck.length === 0 && dealt) deck = random.shuffle(faults);
    const at = deck.findIndex(fits);
    if (at < 0) return undefined;
    dealt = true;
    return deck.splice(at, 1)[0];
  };
}

async function inject(fault: Fault, { site, ledger }: SchedulePlan): Promise<Injected> {
  site.say(`${fault.name}: ${fault.title}`);
  const startedAtMs = ledger.nowMs();
  try {
    await revive(...site.apps); // also what ended by itself, which the verdict tells
    const injection = await fault.inject(site);
    const endedAtMs = ledger.nowMs();
    const recoveredAfterMs = await recovery(site, ledger, endedAtMs);
    const untilMs = endedAtMs + (recoveredAfterMs ?? ledger.nowMs() - endedAtMs);
    const unservedMs = longestGapMs(ledger.asked, startedAtMs, untilMs);
    const times = { startedAtMs, endedAtMs, recoveredAfterMs, unservedMs };
    const served = injection.served?.map(({ fromMs, untilMs }) => ({
      fromMs: ledger.atMs(fromMs),
      untilMs: ledger.atMs(untilMs),
    }));
    return { fault: fault.name, ...injection, ...times, served };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    const endedAtMs = ledger.nowMs();
    // The faults to come find it running, whatever this one left behind.
    await revive(...site.apps).catch(() => undefined);
    return { fault: fault.name, startedAtMs, endedAtMs, what: '', inFlight: 0, failure };
  }
}

async function recovery(site: Site, ledger: Ledger, sinceMs: number): Promise<number | undefined> {
  while (ledger.nowMs() - sinceMs < RECOVERED_WITHIN_MS && !site.stopping.aborted) {
    const servedMs = servedAgainAtMs(ledger.asked, sinceMs);
    if (servedMs !== undefined) return servedMs - sinceMs;
    await breathe(LOOK_EVERY_MS, site);
  }
  return undefined;
}

async function breathe(ms: number, site: Site): Promise<void> {
  await pause(ms, undefined, { signal: site.stopping }).catch(() => undefined);
}

function sentenceOf({ fault, what, failure, recoveredAfterMs }: Injected): string {
  if (failure !== undefined) return `${fault}: FAILED: ${failure}`;
  if (recoveredAfterMs === undefined) return `${fault}: ${what}; NOT RECOVERED`;
  return `${fault}: ${what}; served again after ${(recoveredAfterMs / 1_000).toFixed(1)} s`;
}
