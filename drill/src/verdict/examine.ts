import type { Asked } from '../load/ledger.js';
import type { Injected } from '../schedule/schedule.js';
import type { RunningSite } from '../site/running-site.js';
import { readAppLogs } from './app-logs.js';
import type { Breach } from './breach.js';
import { type Facts, readFacts, type SagaFact } from './facts.js';
import { neverTold } from './never-told.js';
import { reconcile, unjudged } from './reconcile.js';
import { bySaga, breachReportOf } from './breach-report.js';
import { unservedBreaches } from './served-periods.js';
import { verdictOf } from './verdict.js';

export interface Findings {
  sagas: readonly SagaFact[];
  reconciled: { judged: number; breaches: number };
  logErrors: Record<string, number>;
  /** Dead letters of each command queue that has any, in the table or still in their queue. */
  deadLetters: Record<string, number>;
  /** The lines about each breach. */
  breaches: string[][];
}

export interface Evidence {
  site: RunningSite;
  asked: readonly Asked[];
  injected: readonly Injected[];
}

const DETAILED_MAX = 200;

/** Checks answers, databases and logs. Also stops the apps, because their exit is checked too. */
export async function examine({ site, asked, injected }: Evidence): Promise<Findings> {
  const facts = await readFacts((database, sql) => site.rows(database, sql));
  const reconciled = await reconcile((database) => site.databaseUrl(database));
  const deadLetters = await deadLettersOf(site);
  const unclean = await site.stopApps().then(
    () => [],
    (error: Error) => [error.message],
  );
  const logs = await readAppLogs(site.apps);
  const breaches = [
    ...verdictOf(asked, facts),
    ...neverTold(asked),
    ...unservedBreaches(asked, injected),
    ...reconciled.breaches.map(({ invariant, id, what }) => ({
      what: `reconcile, invariant ${invariant}: ${id}: ${what}`,
      ...sagaOf(id, facts),
    })),
  ];
  const others = [
    ...injected.flatMap(problemOfInjection),
    ...site.unexpectedEnds.map(({ instance, how, logFile }) => [
      `${instance} ${how}, without being asked to; its log: ${logFile}`,
    ]),
    ...unjudged(reconciled, facts.sagas).map((what) => [what]),
    ...unclean.map((what) => [what]),
    ...logs.bugs.map(({ instance, line }) => [`${instance} logged a bug`, `    ${line}`]),
  ];
  return {
    sagas: facts.sagas,
    reconciled: { judged: reconciled.judged, breaches: reconciled.breaches.length },
    logErrors: logs.errors,
    deadLetters,
    breaches: [...(await breachReportsOf(breaches, asked, site)), ...others],
  };
}

const STORED = `
SELECT queue || '.dead' AS name, count(*)::int AS messages FROM dead_letters
WHERE state IN ('open', 'replaying') GROUP BY queue`;

async function deadLettersOf(site: RunningSite): Promise<Record<string, number>> {
  const queues = await site.queues();
  const stored = await site.rows<{ name: string; messages: number }>('orchestrator', STORED);
  const counts: Record<string, number> = {};
  for (const { name, messages } of [...queues, ...stored]) {
    if (!name.endsWith('.dead') || messages === 0) continue;
    counts[name] = (counts[name] ?? 0) + messages;
  }
  return counts;
}

async function breachReportsOf(
  breaches: readonly Breach[],
  asked: readonly Asked[],
  site: RunningSite,
): Promise<string[][]> {
  const groups = bySaga(breaches);
  const told: string[][] = [];
  for (const group of groups.slice(0, DETAILED_MAX)) {
    told.push(await breachReportOf(group, asked, site));
  }
  const others = groups.slice(DETAILED_MAX);
  return [...told, ...others.map((group) => group.map(({ what }) => what))];
}

function problemOfInjection({ fault, failure, recoveredAfterMs, what }: Injected): string[][] {
  if (failure !== undefined) return [[`${fault}: the system was not whole again: ${failure}`]];
  if (recoveredAfterMs === undefined)
    return [[`${fault}: ${what}; it was not served again in time`]];
  return [];
}

/** Reconcile names a saga, an order or a product. */
function sagaOf(id: string, facts: Facts): Partial<Pick<Breach, 'sagaId' | 'orderId'>> {
  const saga = facts.sagas.find(({ sagaId, orderId }) => sagaId === id || orderId === id);
  return saga ? { sagaId: saga.sagaId, orderId: saga.orderId } : {};
}
