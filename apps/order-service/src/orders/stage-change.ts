import {
  type ActorRole,
  Fault,
  type OrderKind,
  type OrderStage,
  Rejection,
} from '@backstitch/shared-types';
import type { FoundOrder } from './order.js';
import { allowedActions, FORWARD, type StageCommand, TRANSITIONS } from './order-stages.js';

/** A command that moves an order that exists to another stage. */
export interface StageChange {
  command: Exclude<StageCommand, 'confirm' | 'cancel'>;
  orderId: string;
  /** The stage that the order shall have. */
  target: OrderStage;
  /** As whom a person asks. Undefined: the saga of the order, or of the cancellation. */
  role?: ActorRole | undefined;
  sagaId?: string | undefined;
  /** Of begin-cancel and end-cancel. */
  cancellationId?: string | undefined;
}

/**
 * What a stage change answers to the order as it was found: `moves` when it changes the order, `done` when the
 * order is there already, or a refusal that changes nothing. Pure. The statement of stage-changes.sql.ts moves
 * exactly the orders for which this says `moves`; a test compares the two.
 */
export function answerToStageChange(
  change: StageChange,
  found: FoundOrder | undefined,
): 'moves' | 'done' | Rejection | Fault {
  if (!found) {
    return new Fault('ORDER_NOT_FOUND', `there is no order ${change.orderId}`, false);
  }
  return ANSWERS[change.command](change, found);
}

/** Only the saga of the order advances it, and never back: a repeated command is done. */
function answerToAdvance(change: StageChange, found: FoundOrder) {
  const { orderId, sagaId, target } = change;
  if (found.sagaId && sagaId && found.sagaId !== sagaId) {
    const whose = `order ${orderId} belongs to saga ${found.sagaId}, not to ${sagaId}`;
    return new Fault('WRONG_SAGA', whose, false);
  }
  if (found.stage === 'CANCELLED') {
    return new Rejection('ORDER_CANCELLED', 'The order was cancelled');
  }
  if (found.kind === 'MARKETPLACE' && rank(found.stage) >= rank(target)) return 'done';
  if (isAllowed(change, found)) return 'moves';
  const words = `order ${orderId} is ${found.kind} and ${found.stage}: it does not become ${target}`;
  return new Fault('ORDER_STATE_CONFLICT', words, false);
}

function answerToProgress(change: StageChange, found: FoundOrder) {
  if (found.kind === 'CHECKOUT' && found.stage === change.target) return 'done';
  if (isAllowed(change, found)) return 'moves';
  const message = `The order is ${found.stage}: it does not become ${change.target}`;
  return new Rejection('ORDER_STATE_CONFLICT', message, whatIsAllowed(found, change.role));
}

/**
 * The first cancellation wins. A PENDING order is not decided: its confirmation may be under way, so the command
 * is repeated until it has landed.
 */
function answerToBeginCancel(change: StageChange, found: FoundOrder) {
  const { orderId, cancellationId, role } = change;
  if (found.cancellationId !== null && found.cancellationId === cancellationId) return 'done';
  if (found.stage === 'CANCELLING' || found.stage === 'CANCELLED') {
    const details = { sagaId: found.cancellationId ?? found.sagaId };
    return new Rejection('ORDER_CANCELLED', 'The order was cancelled', details);
  }
  if (found.status === 'PENDING') {
    return new Fault('ORDER_PENDING', `order ${orderId} is not decided yet`, true);
  }
  if (isAllowed(change, found)) return 'moves';
  const message = `The order is ${found.stage}: ${role} may not cancel it`;
  return new Rejection('ORDER_NOT_CANCELLABLE', message, whatIsAllowed(found, role));
}

function answerToEndCancel({ orderId, cancellationId }: StageChange, found: FoundOrder) {
  if (found.cancellationId === null || found.cancellationId !== cancellationId) {
    const whose = `order ${orderId} is not cancelled by ${cancellationId}`;
    return new Fault('WRONG_SAGA', whose, false);
  }
  return found.stage === 'CANCELLING' ? 'moves' : 'done';
}

const ANSWERS = {
  advance: answerToAdvance,
  progress: answerToProgress,
  'begin-cancel': answerToBeginCancel,
  'end-cancel': answerToEndCancel,
} as const;

function isAllowed(
  { command, target, role }: StageChange,
  { kind, stage }: Pick<FoundOrder, 'kind' | 'stage'>,
): boolean {
  return TRANSITIONS.some((each) => {
    const isIt = each.command === command && each.from === stage && each.to === target;
    return isIt && each.kind === kind && (role === undefined || each.by.includes(role));
  });
}

/** details of ORDER_STATE_CONFLICT and ORDER_NOT_CANCELLABLE */
function whatIsAllowed(
  { kind, stage }: { kind: OrderKind; stage: OrderStage },
  role: ActorRole = 'customer',
) {
  return { stage, allowed: allowedActions(kind, stage, role) };
}

function rank(stage: OrderStage): number {
  return FORWARD.indexOf(stage);
}
