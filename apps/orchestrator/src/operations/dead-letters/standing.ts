import { isDeepStrictEqual } from 'node:util';
import {
  isEnded,
  isOpen,
  type OpenSaga,
  type PlannedCommand,
  type SagaDefinition,
  type SagaInstance,
} from '@backstitch/saga-engine';
import type { SagaRegistry } from '../../host/registry/saga-registry.js';
import type { OrderStatus, SagaTag } from '@backstitch/shared-types';
import type { DeadLetterCommand, Unclear } from './dead-letter-verdict.js';
import type { Standing } from './verdict-table.js';

/** An order as its service answers it; NONE when there is none. */
export interface OrderFact {
  readonly status: 'NONE' | OrderStatus;
}

const FOREIGN: Unclear = {
  unclear: 'This orchestrator does not have the version of its saga: use one that does.',
};

/** The definitions of all sagas, each found by what a row names. */
export type Definitions = Pick<SagaRegistry, 'definition' | 'commandsWith'>;

/** Where the saga that a command names stands. An undo of no known saga is its order's matter. Pure. */
export function standingInSaga(
  definitions: Definitions,
  command: DeadLetterCommand & { saga: SagaTag },
  saga: SagaInstance | undefined,
  order: OrderFact | undefined,
): Standing | Unclear {
  // By what it is, not by what it says: a refund of what was paid for stays one under any name.
  if (!saga) return unknownSaga(isUndo(definitions, command), order);
  const definition = definitions.definition(saga);
  if (!definition) return FOREIGN;
  const planned = plannedAs(definition, command.saga);
  if (!planned || !isOfSaga(planned, command, saga)) return 'saga mismatch';
  if (isEnded(saga)) return 'finished';
  if (!isOpen(saga)) return 'not awaited';
  if (saga.awaited === planned.name) return 'awaited';
  return isToCome(definition, saga, planned) ? 'to come' : 'not awaited';
}

/** Where the order of a command without a saga stands, and the saga that drives it. Pure. */
export function standingOfOrder(
  definitions: Definitions,
  command: DeadLetterCommand,
  order: OrderFact,
  saga: SagaInstance | 'none' | 'unknown',
): Standing | Unclear {
  if (saga === 'none') return order.status;
  if (saga === 'unknown') return unknownSaga(isUndo(definitions, command), order);
  if (isEnded(saga)) return order.status;
  if (!isOpen(saga)) return 'driven';
  const definition = definitions.definition(saga);
  if (!definition) return FOREIGN;
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

/** For a saga that is not known: an undo in any definition. */
function isUndo(definitions: Definitions, { pattern }: DeadLetterCommand): boolean {
  return definitions.commandsWith(pattern).some(({ direction }) => direction === 'undo');
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
