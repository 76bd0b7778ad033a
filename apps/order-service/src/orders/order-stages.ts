import type {
  ActorRole,
  OrderAction,
  OrderKind,
  OrderSagaState,
  OrderStage,
  OrderStatus,
} from '@backstitch/shared-types';

/** The commands that move an order from one stage to another. */
export type StageCommand =
  | 'confirm'
  | 'cancel'
  | 'advance'
  | 'progress'
  | 'begin-cancel'
  | 'end-cancel';

/** One step of the state machine. */
interface Transition {
  readonly kind: OrderKind;
  readonly from: OrderStage;
  readonly to: OrderStage;
  readonly command: StageCommand;
  /** What people call it. Null: only a saga does it. */
  readonly action: OrderAction | null;
  /** Who may. */
  readonly by: readonly ActorRole[];
}

type Line = readonly [
  from: OrderStage,
  to: OrderStage,
  command: StageCommand,
  action: OrderAction | null,
  by: readonly ActorRole[],
];

const EVERYONE = ['customer', 'seller', 'admin'] as const;
const SHOP = ['seller', 'admin'] as const;
const SELLER = ['seller'] as const;
const BUYER = ['customer'] as const;
const NO_PERSON = [] as const;

const CHECKOUT: readonly Line[] = [
  ['PLACED', 'CONFIRMED', 'confirm', null, NO_PERSON],
  ['PLACED', 'CANCELLED', 'cancel', 'cancel', EVERYONE],
  ['CONFIRMED', 'PREPARING', 'progress', 'prepare', SHOP],
  ['CONFIRMED', 'FULFILLED', 'progress', 'fulfil', SHOP],
  ['CONFIRMED', 'CANCELLING', 'begin-cancel', 'cancel', EVERYONE],
  ['PREPARING', 'READY', 'progress', 'ready', SHOP],
  ['PREPARING', 'FULFILLED', 'progress', 'fulfil', SHOP],
  ['PREPARING', 'CANCELLING', 'begin-cancel', 'cancel', SHOP],
  ['READY', 'FULFILLED', 'progress', 'fulfil', SHOP],
  ['READY', 'CANCELLING', 'begin-cancel', 'cancel', SHOP],
  ['CANCELLING', 'CANCELLED', 'end-cancel', null, NO_PERSON],
];

const MARKETPLACE: readonly Line[] = [
  ['AWAITING_SELLER', 'AWAITING_PAYMENT', 'advance', 'confirm', SELLER],
  ['AWAITING_SELLER', 'CANCELLED', 'cancel', 'reject', SELLER],
  ['AWAITING_SELLER', 'CANCELLED', 'cancel', 'cancel', EVERYONE],
  ['AWAITING_PAYMENT', 'PAID', 'advance', 'pay', BUYER],
  ['AWAITING_PAYMENT', 'CANCELLED', 'cancel', 'cancel', EVERYONE],
  ['PAID', 'PREPARING', 'advance', 'prepare', SHOP],
  ['PAID', 'FULFILLED', 'advance', 'fulfil', SHOP],
  ['PAID', 'CANCELLED', 'cancel', 'cancel', EVERYONE],
  ['PREPARING', 'READY', 'advance', 'ready', SHOP],
  ['PREPARING', 'FULFILLED', 'advance', 'fulfil', SHOP],
  ['PREPARING', 'CANCELLED', 'cancel', 'cancel', SHOP],
  ['READY', 'FULFILLED', 'advance', 'fulfil', SHOP],
  ['READY', 'CANCELLED', 'cancel', 'cancel', SHOP],
];

function transition(kind: OrderKind, [from, to, command, action, by]: Line): Transition {
  return { kind, from, to, command, action, by };
}

/** The whole state machine: what is not here does not happen. */
export const TRANSITIONS: readonly Transition[] = [
  ...CHECKOUT.map((line) => transition('CHECKOUT', line)),
  ...MARKETPLACE.map((line) => transition('MARKETPLACE', line)),
];

interface StageState {
  status: OrderStatus;
  sagaState: OrderSagaState;
}

const PENDING: StageState = { status: 'PENDING', sagaState: 'ORDER_CREATED' };
const CONFIRMED: StageState = { status: 'CONFIRMED', sagaState: 'ORDER_CONFIRMED' };

/** What an order in this stage has in its older columns. CONFIRMED: the money is kept, the goods are owed. */
export const STATE_OF: Readonly<Record<OrderStage, StageState>> = {
  PLACED: PENDING,
  AWAITING_SELLER: PENDING,
  AWAITING_PAYMENT: PENDING,
  CONFIRMED,
  PAID: CONFIRMED,
  PREPARING: CONFIRMED,
  READY: CONFIRMED,
  FULFILLED: CONFIRMED,
  CANCELLING: CONFIRMED,
  CANCELLED: { status: 'CANCELLED', sagaState: 'COMPENSATED' },
};

/** The first stage of an order of each kind. */
export const FIRST_STAGE: Readonly<Record<OrderKind, OrderStage>> = {
  CHECKOUT: 'PLACED',
  MARKETPLACE: 'AWAITING_SELLER',
};

/** The order in which the saga of a marketplace order goes through its stages. */
export const FORWARD: readonly OrderStage[] = [
  'AWAITING_SELLER',
  'AWAITING_PAYMENT',
  'PAID',
  'PREPARING',
  'READY',
  'FULFILLED',
];

/**
 * The stage of a row. An earlier release writes the status alone, so where both contradict each other the
 * status counts. Pure; STAGE in orders.sql.ts says the same.
 */
export function stageOf({
  status,
  stage,
}: {
  status: OrderStatus;
  stage: OrderStage | null;
}): OrderStage {
  if (stage !== null && STATE_OF[stage].status === status) return stage;
  return status === 'PENDING' ? 'PLACED' : status;
}

/** Whether an order may go from one stage to another, by whatever command. Pure. */
export function mayFollow(kind: OrderKind, from: OrderStage, to: OrderStage): boolean {
  return TRANSITIONS.some((each) => each.kind === kind && each.from === from && each.to === to);
}

/** What somebody may do to an order in this stage, in the order of the table. Pure. */
export function allowedActions(kind: OrderKind, stage: OrderStage, role: ActorRole): OrderAction[] {
  return TRANSITIONS.flatMap(({ kind: of, from, action, by }) =>
    of === kind && from === stage && action !== null && by.includes(role) ? [action] : [],
  );
}
