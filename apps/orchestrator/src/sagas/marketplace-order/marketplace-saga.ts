import {
  command,
  type CommandStep,
  defineSaga,
  type SagaDefinition,
  type SagaSpec,
  step,
  type StepContext,
  undo,
  wait,
} from '@backstitch/saga-engine';
import { type AdvancedStage, COMMAND_QUEUES, COMMANDS } from '@backstitch/shared-types';
import { actorOf, expiryOf, fulfilmentOf, type PlacedInput, takeActor } from './placed-order.js';

const { order, inventory, payment } = COMMAND_QUEUES;
const PAYMENT_ATTEMPTS = 3;

type Context = StepContext<PlacedInput>;
const orderOnly = ({ subjectId }: Context) => ({ orderId: subjectId });

export interface MarketplaceTiming {
  sagaDeadlineMs: number;
  paymentReplyTimeoutMs: number;
  /** For the steps that say nothing of their own. */
  steps: { replyTimeoutMs: number; attemptsMax: number; deadlineMs: number };
  /** How long the seller may take to decide, */
  sellerDecidesMs: number;
  /** the customer to pay after that, */
  customerPaysMs: number;
  /** and the seller to hand the goods over after that. */
  sellerFulfilsMs: number;
  /** How much longer than the wait before it a reservation lasts. */
  graceMs: number;
}

/**
 * An order of one seller: the seller decides, the customer pays, the seller prepares the goods and
 * hands them over. Waits end by signals of both, or by their time. The time of the payment leads to
 * the command that closes it: its answer decides. The goods are sold, and nothing is undone any
 * more, once they are handed over.
 */
export function marketplaceSaga(timing: MarketplaceTiming): SagaDefinition<PlacedInput> {
  const spec: SagaSpec<PlacedInput> = {
    name: 'marketplace-order',
    version: 1,
    deadlineMs: timing.sagaDeadlineMs,
    steps: [...decision(timing), ...acceptance(timing), ...payments(timing), ...fulfilment(timing)],
    endedBy: {
      'customer-cancel': { code: 'CUSTOMER_CANCELLED', to: 'SELLER_STARTS' },
      'seller-cancel': { code: 'SELLER_CANCELLED', to: 'SELLER_HANDS_OVER' },
    },
  };
  return defineSaga<PlacedInput>(spec, timing.steps);
}

function decision({ sellerDecidesMs }: MarketplaceTiming): SagaSpec<PlacedInput>['steps'] {
  return [
    step<PlacedInput>('ORDER_PLACED', {
      do: command(order, COMMANDS.orderPlace, ({ subjectId, input }) => ({
        orderId: subjectId,
        userId: input.userId,
        caller: input.caller,
        sellerId: input.sellerId,
        items: input.items,
        totalAmount: input.totalAmount,
      })),
      undo: undo('CANCEL_ORDER', order, COMMANDS.orderCancel, ({ subjectId, input }) => ({
        orderId: subjectId,
        caller: input.caller,
      })),
      rejections: ['ORDER_CANCELLED'],
    }),
    wait<PlacedInput>('SELLER_DECIDES', {
      signals: { confirm: { to: 'next', take: takeActor }, reject: { undo: 'SELLER_REJECTED' } },
      withinMs: sellerDecidesMs,
      onTimeout: { undo: 'SELLER_SILENT' },
    }),
  ];
}

function acceptance(timing: MarketplaceTiming): CommandStep<PlacedInput>[] {
  const holdMs = timing.customerPaysMs + timing.graceMs;
  return [
    step<PlacedInput>('INVENTORY_RESERVED', {
      do: command(inventory, COMMANDS.inventoryReserve, ({ subjectId, input }) => ({
        orderId: subjectId,
        items: input.items,
        holdSeconds: Math.ceil(holdMs / 1_000),
      })),
      undo: undo('RELEASE_INVENTORY', inventory, COMMANDS.inventoryRelease, orderOnly),
      rejections: [
        'INSUFFICIENT_STOCK',
        'PRICE_CHANGED',
        'PRODUCT_NOT_FOUND',
        'RESERVATION_RELEASED',
      ],
      holdMs,
      keep: expiryOf,
    }),
    step<PlacedInput>('PAYMENT_OPENED', {
      do: command(payment, COMMANDS.paymentOpen, (context) => ({
        orderId: context.subjectId,
        amount: context.input.totalAmount,
        payBy: new Date(payByMs(context, timing)).toISOString(),
        attemptsMax: PAYMENT_ATTEMPTS,
      })),
      undo: undo('REFUND_PAYMENT', payment, COMMANDS.paymentRefund, orderOnly),
      rejections: ['PAYMENT_CANCELLED'],
      replyTimeoutMs: timing.paymentReplyTimeoutMs,
      // That it is there tells that the payment can be asked for.
      keep: () => true,
    }),
    step<PlacedInput>('ORDER_ACCEPTED', {
      do: advance('AWAITING_PAYMENT', 'SELLER_DECIDES'),
      undoneBy: 'ORDER_PLACED',
      rejections: ['ORDER_CANCELLED'],
    }),
  ];
}

/** What the customer has paid for is not given up for a short outage: see `patient`. */
function payments(timing: MarketplaceTiming): SagaSpec<PlacedInput>['steps'] {
  const keptUntil = (context: Context) =>
    payByMs(context, timing) + timing.sellerFulfilsMs + timing.graceMs;
  return [
    wait<PlacedInput>('CUSTOMER_PAYS', {
      signals: {
        paid: { to: 'next', early: 'keep' },
        exhausted: { to: 'next', early: 'keep' },
      },
      withinMs: timing.customerPaysMs,
      untilMs: (context) => payByMs(context, timing),
      onTimeout: 'next',
      needs: ['INVENTORY_RESERVED'],
    }),
    step<PlacedInput>('PAYMENT_SETTLED', {
      do: command(payment, COMMANDS.paymentClose, orderOnly),
      undoneBy: 'PAYMENT_OPENED',
      rejections: ['PAYMENT_NOT_MADE', 'PAYMENT_DECLINED', 'PAYMENT_CANCELLED'],
      ...patient(timing),
      replyTimeoutMs: timing.paymentReplyTimeoutMs,
    }),
    step<PlacedInput>('HOLD_EXTENDED', {
      do: command(inventory, COMMANDS.inventoryExtend, (context) => ({
        orderId: context.subjectId,
        until: new Date(keptUntil(context)).toISOString(),
      })),
      undoneBy: 'INVENTORY_RESERVED',
      rejections: ['RESERVATION_EXPIRED', 'RESERVATION_RELEASED'],
      ...patient(timing),
      holdMs: timing.sellerFulfilsMs + timing.graceMs,
      keep: expiryOf,
    }),
    advanceStep('ORDER_PAID', 'PAID', timing),
  ];
}

/** All waits of the seller end by the time of the reservation: they share one time. */
function fulfilment(timing: MarketplaceTiming): SagaSpec<PlacedInput>['steps'] {
  const { sellerFulfilsMs: withinMs, graceMs } = timing;
  const untilMs = ({ kept }: Context) => Date.parse(String(kept.HOLD_EXTENDED)) - graceMs;
  const fulfil = { to: { goto: 'INVENTORY_COMMITTED' }, take: takeActor } as const;
  const time = { withinMs, untilMs, onTimeout: { undo: 'NOT_FULFILLED' } } as const;
  return [
    wait<PlacedInput>('SELLER_STARTS', {
      signals: { prepare: { to: 'next', take: takeActor }, fulfil },
      ...time,
      needs: ['HOLD_EXTENDED'],
    }),
    advanceStep('ORDER_PREPARING', 'PREPARING', timing, 'SELLER_STARTS'),
    wait<PlacedInput>('SELLER_READIES', {
      signals: { ready: { to: 'next', take: takeActor }, fulfil },
      ...time,
    }),
    advanceStep('ORDER_READY', 'READY', timing, 'SELLER_READIES'),
    wait<PlacedInput>('SELLER_HANDS_OVER', {
      signals: { fulfil: { to: 'next', take: takeActor } },
      ...time,
    }),
    step<PlacedInput>('INVENTORY_COMMITTED', {
      do: command(inventory, COMMANDS.inventoryCommit, orderOnly),
      rejections: ['RESERVATION_EXPIRED', 'RESERVATION_RELEASED'],
      pivot: true,
    }),
    step<PlacedInput>('ORDER_FULFILLED', {
      do: command(order, COMMANDS.orderAdvance, ({ subjectId, kept }) => ({
        orderId: subjectId,
        stage: 'FULFILLED',
        ...fulfilmentOf(kept),
      })),
    }),
  ];
}

/** Until when the customer may pay, in ms since 1970: a while before the reservation ends. */
function payByMs({ kept }: Context, { graceMs }: MarketplaceTiming): number {
  return Date.parse(String(kept.INVENTORY_RESERVED)) - graceMs;
}

/** Retried until the deadline of the saga, however many attempts that takes. */
function patient({ sagaDeadlineMs }: MarketplaceTiming) {
  return { attemptsMax: Number.MAX_SAFE_INTEGER, deadlineMs: sagaDeadlineMs - 1 };
}

function advanceStep(
  name: string,
  stage: AdvancedStage,
  timing: MarketplaceTiming,
  askedIn?: string,
): CommandStep<PlacedInput> {
  return step<PlacedInput>(name, {
    do: advance(stage, askedIn),
    undoneBy: 'ORDER_PLACED',
    rejections: ['ORDER_CANCELLED'],
    ...patient(timing),
  });
}

/** The actor is who ended that wait. */
function advance(stage: AdvancedStage, askedIn?: string) {
  return command<PlacedInput>(order, COMMANDS.orderAdvance, ({ subjectId, kept }) => ({
    orderId: subjectId,
    stage,
    ...(askedIn !== undefined && actorOf(kept[askedIn])),
  }));
}
