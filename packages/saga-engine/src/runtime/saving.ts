import type { ArrivingEvent } from './active-saga.js';
import type { DriverPorts } from './driver-ports.js';
import { traceOf, type OpenSaga } from '../core/instance.js';
import { reasonOf } from '../core/json.js';
import { notesOf } from '../core/note.js';
import { RowLocked, WriteRefused } from './refused.js';
import type { Transition } from '../core/transition.js';

/** After WriteRefused nothing was stored; any other error leaves the outcome unknown. */
export type Saved = 'saved' | 'guard-failed' | Error;

/** Writes a transition; an error is an answer, too. */
export async function saveTransition(
  { store, logger }: Pick<DriverPorts, 'store' | 'logger'>,
  before: OpenSaga,
  event: ArrivingEvent,
  { instance, logs }: Transition,
): Promise<Saved> {
  try {
    const notes = notesOf(before, event, instance);
    return await store.save({ before, instance, logs, notes });
  } catch (err) {
    logger.warn({ ...traceOf(before), err }, meaningOf(err));
    return err instanceof Error ? err : new Error(reasonOf(err));
  }
}

function meaningOf(error: unknown): string {
  if (error instanceof WriteRefused) return 'the database refuses a write, parking the saga';
  if (error instanceof RowLocked) return 'the row is locked by another session, trying again';
  return 'outcome of a commit unknown, reading the row';
}
