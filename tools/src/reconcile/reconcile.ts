import { setTimeout as delay } from 'node:timers/promises';
import { RETENTION_DAYS } from '@backstitch/shared-types';
import { repeated, type Breach } from './breach.js';
import { breachesOf } from './invariants.js';
import { readAll, type DatabaseUrls } from './read-all.js';
import type { KeptDays, Reading } from './reading.js';

export interface Reconciliation {
  breaches: Breach[];
  /** How many sagas were judged, and how many were too young or under way. */
  judged: number;
  moving: number;
  /** What may be missing for its age. */
  kept: KeptDays;
}

const BETWEEN_READINGS_MS = 1_500;
const LOOK_EVERY_MS = 500;

/** What the apps keep when nobody says otherwise. */
const USUALLY_KEPT: KeptDays = {
  sagas: RETENTION_DAYS.sagas.usual,
  holds: RETENTION_DAYS.participants.usual,
};

/** Checks the live system. What one reading shows and the next does not was in motion, not wrong. */
export async function reconcile(
  urls: DatabaseUrls,
  settleS = 0,
  kept: KeptDays = USUALLY_KEPT,
): Promise<Reconciliation> {
  const first = await settledReading(urls, settleS, kept);
  const suspects = breachesOf(first);
  if (suspects.length === 0) return told(first, [], kept);
  await delay(BETWEEN_READINGS_MS);
  const second = await readAll(urls, kept);
  return told(second, repeated(suspects, breachesOf(second)), kept);
}

/** The first reading in which every saga has ended and settled, or the last one in the time given. */
async function settledReading(
  urls: DatabaseUrls,
  settleS: number,
  kept: KeptDays,
): Promise<Reading> {
  const until = performance.now() + settleS * 1_000;
  for (;;) {
    const reading = await readAll(urls, kept);
    if (reading.sagas.moving.length === 0 || performance.now() >= until) return reading;
    await delay(LOOK_EVERY_MS);
  }
}

function told({ sagas }: Reading, breaches: Breach[], kept: KeptDays): Reconciliation {
  return { breaches, judged: sagas.finished.length, moving: sagas.moving.length, kept };
}
