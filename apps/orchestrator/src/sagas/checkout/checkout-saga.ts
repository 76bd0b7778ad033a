import { command, defineSaga, type SagaDefinition, step, undo } from '@backstitch/saga-engine';
import { COMMAND_QUEUES, COMMANDS, isOpenCallerId } from '@backstitch/shared-types';
import { CANCEL_SIGNALS } from '../cancel-signals.js';
import { type CheckoutInput, ownerOf } from './checkout.js';

const { order, inventory, payment } = COMMAND_QUEUES;
const orderOnly = ({ subjectId }: { subjectId: string }) => ({ orderId: subjectId });

/**
 * The checkout: five steps, each with its undo beside it. A step's rejections are the business
 * rejections after which the steps so far are undone, the last one first. From the pivot on the saga
 * only goes forward, unless the order was cancelled meanwhile.
 */
export function checkoutSaga(
  timing: CheckoutTiming,
  version: CheckoutVersion = 2,
): SagaDefinition<CheckoutInput> {
  const spec = {
    name: 'checkout',
    version,
    ...(version > 1 && { endedBy: ENDED_BY }),
    deadlineMs: timing.sagaDeadlineMs,
    steps: [
      step<CheckoutInput>('ORDER_CREATED', {
        do: command(order, COMMANDS.orderCreate, ({ subjectId, input }) => ({
          orderId: subjectId,
          userId: input.userId,
          ...ownerFor(input),
          items: input.items,
          totalAmount: input.totalAmount,
          ...cartOf(input),
        })),
        undo: undo('CANCEL_ORDER', order, COMMANDS.orderCancel, ({ subjectId, input }) => ({
          orderId: subjectId,
          ...ownerFor(input),
          ...cartOf(input),
        })),
        rejections: ['ORDER_CANCELLED'],
      }),
      step<CheckoutInput>('INVENTORY_RESERVED', {
        do: command(inventory, COMMANDS.inventoryReserve, ({ subjectId, input }) => ({
          orderId: subjectId,
          items: input.items,
          holdSeconds: holdSecondsOf(timing),
        })),
        undo: undo('RELEASE_INVENTORY', inventory, COMMANDS.inventoryRelease, orderOnly),
        rejections: [
          'INSUFFICIENT_STOCK',
          'PRODUCT_NOT_FOUND',
          'PRICE_CHANGED',
          'RESERVATION_RELEASED',
        ],
      }),
      step<CheckoutInput>('PAYMENT_PROCESSED', {
        do: command(payment, COMMANDS.paymentProcess, ({ subjectId, input }) => ({
          orderId: subjectId,
          amount: input.totalAmount,
          ...(input.cardToken !== undefined && { cardToken: input.cardToken }),
        })),
        undo: undo('REFUND_PAYMENT', payment, COMMANDS.paymentRefund, orderOnly),
        rejections: ['PAYMENT_DECLINED', 'PAYMENT_CANCELLED'],
        replyTimeoutMs: timing.paymentReplyTimeoutMs,
        pausesMs: { PAYMENT_SOFT_DECLINED: softPausesMs(timing.paymentSoftRetries ?? 4) },
      }),
      step<CheckoutInput>('INVENTORY_COMMITTED', {
        // The reservation becomes a sale; a release puts sold stock back, too.
        do: command(inventory, COMMANDS.inventoryCommit, orderOnly),
        undoneBy: 'INVENTORY_RESERVED',
        rejections: ['RESERVATION_EXPIRED', 'RESERVATION_RELEASED'],
      }),
      step<CheckoutInput>('ORDER_CONFIRMED', {
        do: command(order, COMMANDS.orderConfirm, orderOnly),
        rejections: ['ORDER_CANCELLED'],
        pivot: true,
      }),
    ],
  };
  return defineSaga<CheckoutInput>(spec, timing.steps);
}

/** Since version 2 a cancellation ends a checkout before its pivot. */
export type CheckoutVersion = 1 | 2;

const ENDED_BY = {
  [CANCEL_SIGNALS.customer]: { code: 'ORDER_CANCELLED' },
  [CANCEL_SIGNALS.shop]: { code: 'ORDER_CANCELLED' },
} as const;

/** The order service knows the owner by the userId unless there was a token. */
function ownerFor(input: CheckoutInput): { caller?: string } {
  const caller = ownerOf(input);
  return isOpenCallerId(caller) ? {} : { caller };
}

function cartOf({ cartVersion }: CheckoutInput): { cartVersion?: number } {
  return cartVersion === undefined ? {} : { cartVersion };
}

export interface CheckoutTiming {
  sagaDeadlineMs: number;
  paymentReplyTimeoutMs: number;
  /** How often a payment that is declined for the moment is tried again [4]. */
  paymentSoftRetries?: number;
  /** For the steps that say nothing of their own. */
  steps: { replyTimeoutMs: number; attemptsMax: number; deadlineMs: number };
}

/** 1, 2, 4, 8 … seconds. */
function softPausesMs(retries: number): number[] {
  return Array.from({ length: retries }, (_, n) => 1_000 * 2 ** n);
}

const HOLD_MARGIN_SECONDS = 30;

/** A reservation must outlive the time in which its saga may still commit it. */
export function holdSecondsOf({ sagaDeadlineMs }: Pick<CheckoutTiming, 'sagaDeadlineMs'>): number {
  return Math.ceil(sagaDeadlineMs / 1000) + HOLD_MARGIN_SECONDS;
}
