import { isDeepStrictEqual } from 'node:util';
import {
  isOpen,
  type OpenSaga,
  type PlannedCommand,
  type SagaDefinition,
  type SagaInstance,
} from '@backstitch/saga-engine';
import type { OrderStatus, SagaTag } from '@backstitch/shared-types';
import type { DeadLetterCommand, Standing, Unclear } from './dead-letter-verdict.js';

/** An order as its service tells it; NONE when there is none. */
export interface OrderFact {
  readonly status: 'NONE' | OrderStatus;
}

const FOREIGN: Unclear = {
  unclear: 'This orchestrator does not know the version of its saga: ask one that does.',
};

/** Where the saga that a command names stands. An undo of no known saga is its order's matter. Pure. */
export function standingInSaga(
  definition: SagaDefinition,
  command: DeadLetterCommand & { saga: SagaTag },
  saga: SagaInstance | undefined,
  order: OrderFact | undefined,
): Standing | Unclear {
  // By what it is, not by what it says: a refund of what was paid for stays one under any name.
  if (!saga) return unknownSaga(isUndo(definition, command.pattern), order);
  if (!isKnown(definition, saga)) return FOREIGN;
  const planned = plannedAs(definition, command.saga);
  if (!planned || !isOfSaga(planned, command, saga)) return 'saga mismatch';
  if (!isOpen(saga)) return 'finished';
  if (saga.awaited === planned.name) return 'awaited';
  return isToCome(definition, saga, planned) ? 'to come' : 'not awaited';
}

/** Where the order of a command without a saga stands, and the saga that drives it. Pure. */
export function standingOfOrder(
  definition: SagaDefinition,
  command: DeadLetterCommand,
  order: OrderFact,
  saga: SagaInstance | 'none' | 'unknown',
): Standing | Unclear {
  if (saga === 'none') return order.status;
  if (saga === 'unknown') return unknownSaga(isUndo(definition, command.pattern), order);
  if (!isOpen(saga)) return order.status;
  if (!isKnown(definition, saga)) return FOREIGN;
  const undo = [...definition.commands.values()].find(
    ({ pattern, direction }) => pattern === command.pattern && direction === 'undo',
  );
  const isItsOwn = undo && (saga.awaited === undo.name || isToCome(definition, saga, undo));
  return isItsOwn && saga.phase === 'backward' ? 'undoing' : 'driven';
}

/** A do of an unknown saga would never be undone. An undo may be sent unless its order is sold. */
function unknownSaga(isUndoing: boolean, order: OrderFact | undefined): Standing {
  if (!isUndoing) return 'unknown saga';
  return order?.status === 'CONFIRMED' ? 'CONFIRMED' : 'unknown saga';
}

function isKnown(definition: SagaDefinition, saga: SagaInstance): boolean {
  return saga.definition === definition.name && saga.definitionVersion === definition.version;
}

function isUndo(definition: SagaDefinition, pattern: string): boolean {
  const commands = [...definition.commands.values()];
  return commands.some((one) => one.pattern === pattern && one.direction === 'undo');
}

function plannedAs(definition: SagaDefinition, tag: SagaTag): PlannedCommand | undefined {
  const commands = [...definition.commands.values()];
  return commands.find(({ step, direction }) => step === tag.step && direction === tag.direction);
}

/** Exactly the command that the saga would send, to the last field of its data. */
function isOfSaga(
  planned: PlannedCommand,
  command: DeadLetterCommand,
  saga: SagaInstance,
): boolean {
  const { queue, pattern } = planned;
  if (queue !== command.queue || pattern !== command.pattern) return false;
  const data: unknown = JSON.parse(JSON.stringify(planned.data(saga)));
  return isDeepStrictEqual(data, command.data);
}

function isToCome(definition: SagaDefinition, saga: OpenSaga, undo: PlannedCommand): boolean {
  const awaited = definition.commands.get(saga.awaited);
  return saga.phase === 'backward' && undo.direction === 'undo' && undo.index < awaited!.index;
}
