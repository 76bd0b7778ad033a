import { isOpen, type OpenSaga, type SagaInstance } from '../../core/instance.js';
import type { Schedule, Stage } from './simulation-options.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { Mishap } from './world.js';

/** Shorter than a step, longer than a step, longer than the saga. */
const REFUSED_FOR_MS = [3_000, 30_000, 100_000];
/** So late a saga was seen by its owner to be stuck, or never will be. */
const UNSEEN_AFTER_MS = 15_000;
const LOOK_EVERY_MS = 1_000;

type Refusal = (before: OpenSaga, next: SagaInstance) => boolean;

/** What a constraint may be about: anything at all, what was kept, a step done, the turning round. */
const REFUSALS: readonly [string, Refusal][] = [
  ['every write', () => true],
  ['what is kept', (before, next) => sizeOf(next.kept) > sizeOf(before.kept)],
  ['every step done', (before, next) => !isOpen(next) || next.awaited !== before.awaited],
  ['every failure', (before, next) => before.phase === 'forward' && next.phase === 'backward'],
];

/**
 * Rows that cannot be written: for a while the tables refuse some or all writes of one saga, as a
 * constraint or a trigger does. Meanwhile nothing of it may be late without being parked.
 */
export const unwritableRows: Schedule = (stage) =>
  stage.database.refuses ? [] : stage.sagaIds.flatMap((sagaId) => refusing(stage, sagaId));

function refusing(stage: Stage, sagaId: string): Mishap[] {
  const { world, database } = stage;
  const row = database.rows.get(sagaId)?.instance;
  if (!row || !isOpen(row)) return [];
  return REFUSALS.map(([what, refusal]) => ({
    name: `the row of ${sagaId} refuses ${what} for a while`,
    happen: () => {
      const sinceMs = world.nowMs;
      const untilMs = sinceMs + world.lasting(REFUSED_FOR_MS);
      database.refuses = (next) => {
        const before = database.rows.get(sagaId)?.instance;
        return next.sagaId === sagaId && !!before && isOpen(before) && refusal(before, next);
      };
      let silent: { owner: string | undefined; sinceMs: number } = { owner: undefined, sinceMs };
      const look = (): void => {
        const owner = silentOwner(stage, sagaId, sinceMs);
        if (owner !== silent.owner) silent = { owner, sinceMs: world.nowMs };
        else if (owner !== undefined && world.nowMs - silent.sinceMs >= UNSEEN_AFTER_MS) {
          world.breach(`${sagaId} is late, and its owner ${owner} does not say that it is stuck`);
        }
        if (world.nowMs < untilMs) return void world.after(LOOK_EVERY_MS, look);
        database.refuses = undefined;
        world.tell(() => `* the row of ${sagaId} takes every write again`);
      };
      world.after(LOOK_EVERY_MS, look);
    },
  }));
}

/** The owner of a saga that is late, if it is there and does not count the saga as parked. */
function silentOwner(stage: Stage, sagaId: string, sinceMs: number): string | undefined {
  const { world, database, processes } = stage;
  const row = database.rows.get(sagaId)!.instance;
  if (!isOpen(row) || row.needsAttention) return undefined;
  const latestMs = world.nowMs - UNSEEN_AFTER_MS;
  if (row.wakeAtMs > latestMs || sinceMs > latestMs) return undefined;
  // Until the database was back no owner could be told that it refuses.
  if (world.databaseAwayUntilMs > latestMs) return undefined;
  const owner = processes.find((one) => one.id === row.owner && isThere(one, latestMs));
  // The outcome of a statement that hangs is not known yet.
  if (!owner || world.pending.some(({ name }) => name.includes(`${owner.id}'s save`)))
    return undefined;
  const driven = owner.engine['driver'].sagas.find(sagaId);
  // What waits for a place in its queue is not late: its deadlines stand still.
  if (driven?.permit?.isHeldBack) return undefined;
  const held = driven?.instance;
  return held && isOpen(held) && held.needsAttention ? undefined : owner.id;
}

/** It was started long enough ago, and never stood still since. */
function isThere({ isDead, pausedUntilMs, startedAtMs }: SimulatedProcess, sinceMs: number) {
  return !isDead && Math.max(pausedUntilMs, startedAtMs) < sinceMs;
}

function sizeOf(kept: SagaInstance['kept']): number {
  return Object.keys(kept).length;
}
