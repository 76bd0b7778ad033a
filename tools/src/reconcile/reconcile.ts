import { setTimeout as delay } from 'node:timers/promises';
import { RETENTION_DAYS } from '@backstitch/shared-types';
import { repeated } from './invariants/breach.js';
import { examine, type Course, type Examined } from './examine.js';
import { countMoving } from './reading/read-sagas.js';
import type { KeptDays } from './reading/rows.js';
import { Snapshot } from './reading/snapshot.js';
import type { DatabaseUrls } from './reading/snapshots.js';

/** What an examination found, and what may be missing for its age. */
export interface Reconciliation extends Examined {
  kept: KeptDays;
}

const BETWEEN_READINGS_MS = 1_500;
const POLL_EVERY_MS = 500;
/** 300,000 sagas were judged in 240 MB, garbage included; more rows at once make nothing faster. */
const ROWS_AT_ONCE = 10_000;
/** More of them mean that the wrong databases are compared, or that one is lost. */
const BREACHES_MAX = 100_000;

/** What the apps keep by default. */
const USUALLY_KEPT: KeptDays = {
  sagas: RETENTION_DAYS.sagas.usual,
  holds: RETENTION_DAYS.participants.usual,
};

export interface ReconcileSettings {
  /** Of each kind of row [10,000]; it bounds the memory. */
  rowsAtOnce?: number;
  /** After which nothing more is read [100,000]. */
  breachesMax?: number;
  /** Told how far it is. */
  tell?: (course: Course) => void;
}

/** Checks the live system. What one reading shows and the next does not was in motion, not wrong. */
export async function reconcile(
  urls: DatabaseUrls,
  settleS = 0,
  kept: KeptDays = USUALLY_KEPT,
  {
    rowsAtOnce = ROWS_AT_ONCE,
    breachesMax = BREACHES_MAX,
    tell = () => undefined,
  }: ReconcileSettings = {},
): Promise<Reconciliation> {
  await untilSettled(urls.orchestrator, settleS);
  const reader = { kept, rowsAtOnce, breachesMax, tell };
  const first = await examine(urls, reader);
  if (first.breaches.length === 0) return { ...first, kept };
  await delay(BETWEEN_READINGS_MS);
  const second = await examine(urls, reader);
  const breaches = repeated(first.breaches, second.breaches);
  breaches.sort((one, other) => one.invariant - other.invariant);
  return { ...second, breaches, kept };
}

/** Resolves when every saga has ended and settled, or after the time given. */
async function untilSettled(url: string, settleS: number): Promise<void> {
  const until = performance.now() + settleS * 1_000;
  while (performance.now() < until && (await someMove(url))) await delay(POLL_EVERY_MS);
}

async function someMove(url: string): Promise<boolean> {
  const sagas = await Snapshot.of(url);
  try {
    return (await countMoving(sagas)) > 0;
  } finally {
    await sagas.close();
  }
}
