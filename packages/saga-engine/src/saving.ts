import type { DriverPorts } from './driver-ports.js';
import { traceOf, type OpenSaga } from './instance.js';
import { reasonOf } from './json.js';
import { WriteRefused } from './refused.js';
import type { Transition } from './transition.js';

/** After WriteRefused nothing was stored; any other error leaves the outcome unknown. */
export type Saved = 'saved' | 'guard-failed' | Error;

/** Writes a transition; an error is an answer, too. */
export async function saveMove(
  { store, logger }: Pick<DriverPorts, 'store' | 'logger'>,
  before: OpenSaga,
  { instance, logs }: Transition,
): Promise<Saved> {
  try {
    return await store.save({ before, instance, logs });
  } catch (err) {
    const what =
      err instanceof WriteRefused
        ? 'the database refuses a write, parking the saga'
        : 'outcome of a commit unknown, reading the row';
    logger.warn({ ...traceOf(before), err }, what);
    return err instanceof Error ? err : new Error(reasonOf(err));
  }
}
