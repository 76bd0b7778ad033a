import type { RecordedStep } from '@backstitch/saga-engine';

/** What the four databases tell of some orders: all there is, each database seen at one instant. */
export interface Reading {
  /** Finished long enough ago for all their effects to be in place. */
  finished: readonly FinishedSaga[];
  /** Unfinished, or finished a moment ago: what belongs to these is not judged yet. */
  moving: readonly MovingSaga[];
  /** What keys say in place of their removed sagas. */
  answers: readonly KeyAnswer[];
  orders: readonly OrderRow[];
  reservations: readonly ReservationRow[];
  payments: readonly PaymentRow[];
  /** Of the sagas that may be removed, those that are there, under whichever order. */
  there: ReadonlySet<string>;
  definitions: Definitions;
}

/** Which definition a saga has. */
export interface OfDefinition {
  definition: string;
  definitionVersion: number;
}

/** The steps of the definitions that are on record. */
export interface Definitions {
  /** Undefined when the saga's definition is not on record. */
  stepsOf(saga: OfDefinition): readonly RecordedStep[] | undefined;
}

export interface KeyAnswer {
  key: string;
  sagaId: string;
  orderId: string | null;
  status: string | null;
}

export interface FinishedSaga extends OfDefinition {
  sagaId: string;
  orderId: string;
  status: 'DONE' | 'COMPENSATED';
}

/** For how many days rows are kept: what is younger must be there. */
export interface KeptDays {
  sagas: number;
  holds: number;
}

export interface MovingSaga extends OfDefinition {
  sagaId: string;
  orderId: string;
  status: 'RUNNING' | 'COMPENSATING' | 'WAITING' | 'DONE' | 'COMPENSATED';
  currentStep: string;
  /** Seconds past its deadline, or past the end of its wait; negative when it is still in time. */
  overdueS: number;
  /** When its wait ends, in seconds since 1970; null while it does not wait. */
  dueAtS?: number | null;
  /** Seconds since its planned wake-up; null when none is planned. */
  unattendedS: number | null;
  needsAttention: boolean;
  lastError: string | null;
}

export interface LogHistory extends OfDefinition {
  status: FinishedSaga['status'];
  /** Log rows in order: `STEP:STATUS` or `STEP:FAILED:unknown`, separated by blanks. */
  rows: string;
  /** Sagas with exactly this log history. */
  count: number;
}

/** A row that a participant keeps about an order. */
interface ParticipantRow {
  orderId: string;
  sagaId: string | null;
  /** Unchanged for long enough to be judged without a finished saga. */
  settled: boolean;
}

export interface OrderRow extends ParticipantRow {
  /** Decided so long ago that its saga may have been removed. */
  sagaMayBeGone: boolean;
  /** Made so long ago that its reservation may have been archived. */
  reservationMayBeGone: boolean;
  status: 'PENDING' | 'CONFIRMED' | 'CANCELLED';
  /** How far it is, finer than the status; empty in a row of an earlier release. */
  stage: string;
  /** MARKETPLACE; null: a plain order. */
  kind: string | null;
  /** The saga that cancels, or has cancelled, the order after it was confirmed. */
  cancellationId: string | null;
  total: string | null;
  currency: string;
  /** Lines summed per product, in product order: `<product> x<quantity> at <price>, …`. */
  lines: string | null;
  linesTotal: string | null;
}

export interface ReservationRow extends ParticipantRow {
  status: 'ACTIVE' | 'CONSUMED' | 'RELEASED' | 'EXPIRED' | 'REJECTED';
  /** In the form of an order's lines. */
  lines: string | null;
  /** All that it sold came back. */
  isBack: boolean;
  /** How often goods of the order came back. */
  returns: number;
  /** Until when it lasts, in seconds since 1970. */
  expiresAtS?: number | null;
}

export interface ProductRow {
  productId: string;
  received: number;
  stock: number;
  held: number;
  consumed: number;
}

export interface PaymentRow extends ParticipantRow {
  status: 'PENDING' | 'SUCCESS' | 'FAILED' | 'REFUNDED' | 'CANCELLED';
  amount: string | null;
  currency: string;
  /** What the bank's ledger says under the payment's key; BURNED and VOIDED mean the same. */
  decision: 'APPROVED' | 'DECLINED' | 'VOIDED' | 'BURNED' | null;
  charged: string | null;
  chargedCurrency: string | null;
  refunded: string | null;
  /** What refunds in parts gave back; invariant 10 compares it with the bank. */
  refundedAmount?: string | null;
  /** Seconds since it was changed last. */
  unchangedS?: number;
  /** OPEN: its customer pays it. Without a charge it has no key at the bank. */
  flow?: 'OPEN' | null;
}

/** A decision of the bank under a key that no payment has. */
export interface StrayCharge {
  key: string;
  decision: string;
}

/** A saga that several orders say is theirs; two of them are named. */
export interface SharedSaga {
  sagaId: string;
  orders: number;
  one: string;
  other: string;
}

export interface KeyOfNoSaga {
  key: string;
  sagaId: string;
}

/** The four databases. */
export type DatabaseName = 'orders' | 'inventory' | 'payments' | 'orchestrator';
