import type { Database, Statement, Transaction } from '@backstitch/database';
import { Fault } from '@backstitch/shared-types';
import {
  isLive,
  refusalOfAttempt,
  refuseOtherCard,
  refuseOtherFlow,
  refuseSagaMismatch,
  type Attempt,
  type AttemptOutcome,
  type OpenPayment,
} from './attempt.js';
import {
  attemptFrom,
  closePayment,
  insertAttempt,
  insertOpenPayment,
  leaseLiveAttempts,
  lockPayment,
  openPaymentFrom,
  readAttempt,
  readAttempts,
  readOpenPayment,
  storeRef,
  voidWithoutRef,
  writeAttemptOutcome,
  writeCloseCode,
  writePaid,
  type AttemptLease,
  type AttemptRow,
  type Opening,
  type OpenPaymentRow,
} from './attempts.sql.js';

export interface Asked {
  orderId: string;
  sagaId: string | undefined;
  key: string;
  brand: string;
  last4: string;
}

export interface Attempts {
  payment: OpenPayment | undefined;
  /** The numbered ones. */
  attempts: Attempt[];
}

/** Payments that their customers make, and their attempts. Each method is one transaction. */
export class AttemptRepository {
  constructor(
    private readonly database: Pick<Database, 'query' | 'withTransaction'>,
    private readonly currency: string,
    private readonly digits: number,
  ) {}

  /** Opens the payment of an order unless it has one; answers the row. */
  async open(opening: Opening): Promise<OpenPayment> {
    await this.database.query(insertOpenPayment(opening, this.currency, this.digits));
    return this.requirePayment(await this.read(opening.orderId), opening.orderId);
  }

  async read(orderId: string): Promise<OpenPayment | undefined> {
    const [row] = await this.database.query<OpenPaymentRow>(readOpenPayment(orderId));
    return row && openPaymentFrom(row, this.digits);
  }

  async attemptsOf(orderId: string): Promise<Attempt[]> {
    const rows = await this.database.query<AttemptRow>(readAttempts(orderId, null));
    return rows.map(attemptFrom);
  }

  async readAttempt(id: string): Promise<Attempt> {
    const [row] = await this.database.query<AttemptRow>(readAttempt(id));
    if (!row) throw new Error(`the attempt ${id} has disappeared`);
    return attemptFrom(row);
  }

  /** The attempt of this key: the one that there is, a new one, or a new refusal. Throws Fault. */
  begin(asked: Asked): Promise<Attempt> {
    const { orderId, sagaId, key, brand, last4 } = asked;
    return this.database.withTransaction(async (tx) => {
      const payment = await this.lock(tx, orderId);
      if (payment) refuseSagaMismatch(payment, sagaId);
      if (payment && payment.status !== 'CANCELLED') refuseOtherFlow(payment);
      const attempts = (await rowsOf<AttemptRow>(tx, readAttempts(orderId, key))).map(attemptFrom);
      const known = attempts.find((each) => each.key === key);
      if (known) {
        refuseOtherCard(known, asked);
        return known;
      }
      const refusal = refusalOfAttempt(payment, attempts);
      const begun = refusal
        ? ({ number: null, status: 'REFUSED', declineCode: refusal } as const)
        : ({ number: attempts.length + 1, status: 'SUBMITTED', declineCode: null } as const);
      const insert = insertAttempt({ orderId, key, brand, last4, ...begun });
      const [row] = await rowsOf<AttemptRow>(tx, insert);
      if (row) return attemptFrom(row);
      throw new Fault('PAYMENT_UNSETTLED', `The attempt ${key} is being recorded`, true);
    });
  }

  /** Stores the provider's id, while the attempt is live; answers the attempt. */
  async storeRef(id: string, ref: string): Promise<Attempt> {
    await this.database.query(storeRef(id, ref));
    return this.readAttempt(id);
  }

  /** Voids the attempt if the provider has no intent of it; answers the attempt. */
  async voidWithoutRef(id: string): Promise<Attempt> {
    await this.database.query(voidWithoutRef(id));
    return this.readAttempt(id);
  }

  /**
   * Writes the outcome of a live attempt. A charge counts only while the payment is pending and is
   * not being undone; `byUndo` is the undo itself, which gives it back.
   */
  settle(attempt: Attempt, outcome: AttemptOutcome, byUndo: boolean): Promise<Attempt> {
    return this.database.withTransaction(async (tx) => {
      const payment = this.requirePayment(await this.lock(tx, attempt.orderId), attempt.orderId);
      if (outcome.status === 'SUCCEEDED') {
        const counts = payment.status === 'PENDING' && (byUndo || !payment.refundRequested);
        if (!counts) return this.attemptIn(tx, attempt.id);
      }
      await tx.query(writeAttemptOutcome(attempt.id, outcome, this.digits));
      const written = await this.attemptIn(tx, attempt.id);
      if (written.status === 'SUCCEEDED' && written.providerRef !== null) {
        await tx.query(writePaid(attempt.orderId, written.providerRef));
      }
      return written;
    });
  }

  /** Forbids new attempts; answers the payment as it then is, and its attempts. */
  stopAttempts(orderId: string, sagaId: string | undefined): Promise<Attempts> {
    return this.database.withTransaction(async (tx) => {
      const payment = await this.lock(tx, orderId);
      if (payment?.flow === 'OPEN') {
        refuseSagaMismatch(payment, sagaId);
        const { status } = payment;
        const isOpen = status === 'PENDING' || status === 'SUCCESS';
        if (isOpen) await tx.query(closePayment(orderId));
      }
      const attempts = (await rowsOf<AttemptRow>(tx, readAttempts(orderId, null))).map(attemptFrom);
      return { payment, attempts };
    });
  }

  /** Stores that a payment without a live attempt was not made; answers the payment. */
  finishClosing(orderId: string): Promise<OpenPayment> {
    return this.database.withTransaction(async (tx) => {
      const payment = this.requirePayment(await this.lock(tx, orderId), orderId);
      const attempts = (await rowsOf<AttemptRow>(tx, readAttempts(orderId, null))).map(attemptFrom);
      if (payment.status !== 'PENDING' || payment.refundRequested) return payment;
      if (!payment.isClosed || attempts.some(isLive)) return payment;
      const isDeclined = attempts.some(({ status }) => status === 'DECLINED');
      await tx.query(writeCloseCode(orderId, isDeclined ? 'PAYMENT_DECLINED' : 'PAYMENT_NOT_MADE'));
      return this.requirePayment(await this.lock(tx, orderId), orderId);
    });
  }

  /** Live attempts that from now on are this worker's, until the lease runs out. */
  async lease(lease: AttemptLease): Promise<Attempt[]> {
    const rows = await this.database.query<AttemptRow>(leaseLiveAttempts(lease));
    return rows.map(attemptFrom);
  }

  private async lock(tx: Transaction, orderId: string): Promise<OpenPayment | undefined> {
    const [row] = await rowsOf<OpenPaymentRow>(tx, lockPayment(orderId));
    return row && openPaymentFrom(row, this.digits);
  }

  private async attemptIn(tx: Transaction, id: string): Promise<Attempt> {
    const [row] = await rowsOf<AttemptRow>(tx, readAttempt(id));
    if (!row) throw new Error(`the attempt ${id} has disappeared`);
    return attemptFrom(row);
  }

  private requirePayment(payment: OpenPayment | undefined, orderId: string): OpenPayment {
    if (payment) return payment;
    throw new Error(`the payment of order ${orderId} has disappeared`);
  }
}

async function rowsOf<Row extends object>(tx: Transaction, statement: Statement): Promise<Row[]> {
  return (await tx.query<Row>(statement)).rows;
}
