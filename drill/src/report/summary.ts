import { quantile } from 'simple-statistics';
import type { Fault } from '../faults/fault.js';
import { type Asked, toldBy } from '../load/ledger.js';
import type { Injected } from '../schedule/schedule.js';
import type { SagaFact } from '../verdict/facts.js';
import type { ClientCounts, FaultSummary, SagaCounts } from './report-data.js';

/** What clients saw, counted. Pure. */
export function clientCounts(asked: readonly Asked[], askedAgain: number): ClientCounts {
  const told = asked.map(toldBy);
  const count = (...kinds: string[]): number => told.filter((one) => kinds.includes(one)).length;
  const yesMs = asked.flatMap(({ askedAtMs, answer }) => {
    return answer?.status === 200 ? [answer.atMs - askedAtMs] : [];
  });
  const yesAt = (share: number): number => {
    return yesMs.length === 0 ? 0 : Math.round(quantile(yesMs, share));
  };
  return {
    intents: new Set(asked.map(({ intent }) => intent)).size,
    requests: asked.length,
    yes: count('yes'),
    replayed: asked.filter(({ answer }) => answer?.status === 200 && answer.replayed).length,
    no: count('no'),
    goingOn: count('going on'),
    refused: count('not accepted'),
    unknown: count('unknown', 'wrong'),
    askedAgain,
    yesP50Ms: yesAt(0.5),
    yesP99Ms: yesAt(0.99),
  };
}

export function sagaCounts(sagas: readonly SagaFact[]): SagaCounts {
  const count = (status: SagaFact['status']): number =>
    sagas.filter((saga) => saga.status === status).length;
  const [completed, compensated] = [count('DONE'), count('COMPENSATED')];
  const accepted = sagas.length;
  return { accepted, completed, compensated, unfinished: accepted - completed - compensated };
}

/** By fault, in the order in which they are known; only those that were injected. */
export function faultSummaries(
  faults: readonly Fault[],
  injected: readonly Injected[],
): FaultSummary[] {
  return faults.flatMap(({ name, title }) => {
    const own = injected.filter(({ fault }) => fault === name);
    return own.length === 0 ? [] : [summaryOf(name, title, own)];
  });
}

function summaryOf(name: string, title: string, injected: readonly Injected[]): FaultSummary {
  const recoveries = injected.map(({ recoveredAfterMs }) => recoveredAfterMs ?? null);
  const seen = recoveries.filter((ms) => ms !== null);
  return {
    name,
    title,
    times: injected.length,
    inFlight: injected.reduce((sum, { inFlight }) => sum + inFlight, 0),
    missed: injected.filter(({ inFlight }) => inFlight === 0).length,
    recoveredAfterMs: seen.length < recoveries.length ? null : Math.max(...seen),
    unservedMs: Math.max(...injected.map(({ unservedMs = 0 }) => unservedMs)),
    injections: injected.map((one, index) => ({
      atMs: one.startedAtMs,
      lastedMs: one.endedAtMs - one.startedAtMs,
      what: one.failure === undefined ? one.what : `failed: ${one.failure}`,
      recoveredAfterMs: recoveries[index] ?? null,
    })),
  };
}
