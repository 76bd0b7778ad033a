/** The states of the rows, as SQL users read them. */
export const ORDER_STATUSES = ['PENDING', 'CONFIRMED', 'CANCELLED'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const ORDER_SAGA_STATES = ['ORDER_CREATED', 'ORDER_CONFIRMED', 'COMPENSATED'] as const;
export type OrderSagaState = (typeof ORDER_SAGA_STATES)[number];

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
