/** The states of the rows, as SQL users read them. */
export const ORDER_STATUSES = ['PENDING', 'CONFIRMED', 'CANCELLED'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const ORDER_SAGA_STATES = ['ORDER_CREATED', 'ORDER_CONFIRMED', 'COMPENSATED'] as const;
export type OrderSagaState = (typeof ORDER_SAGA_STATES)[number];

/**
 * How far an order is, finer than its status. CONFIRMED is of a plain order, PAID of a marketplace order:
 * both mean that the money is kept and the goods are owed.
 */
export const ORDER_STAGES = [
  'PLACED',
  'AWAITING_SELLER',
  'AWAITING_PAYMENT',
  'CONFIRMED',
  'PAID',
  'PREPARING',
  'READY',
  'FULFILLED',
  'CANCELLING',
  'CANCELLED',
] as const;
export type OrderStage = (typeof ORDER_STAGES)[number];

/** CHECKOUT: a plain order, paid at once. MARKETPLACE: of one seller, who decides first. */
export const ORDER_KINDS = ['CHECKOUT', 'MARKETPLACE'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

/** As whom a person acts on an order. */
export const ACTOR_ROLES = ['customer', 'seller', 'admin'] as const;
export type ActorRole = (typeof ACTOR_ROLES)[number];

/** What people may do to an order. */
export const ORDER_ACTIONS = [
  'confirm',
  'reject',
  'pay',
  'prepare',
  'ready',
  'fulfil',
  'cancel',
] as const;
export type OrderAction = (typeof ORDER_ACTIONS)[number];

export const RESERVATION_STATUSES = [
  'ACTIVE',
  'CONSUMED',
  'RELEASED',
  'EXPIRED',
  'REJECTED',
] as const;
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];

export const PAYMENT_STATUSES = ['PENDING', 'SUCCESS', 'FAILED', 'REFUNDED', 'CANCELLED'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];
