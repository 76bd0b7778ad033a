import type { Database, Statement, Transaction } from '@backstitch/database';
import type { RefundState } from '../payment/intent-provider.js';
import { refundAmount, refuseOtherRefund, type ChargedRefund } from './refund.js';
import {
  insertRefund,
  leaseUnsettledRefunds,
  lockRefundable,
  readRefund,
  refundableFrom,
  refundFrom,
  reserveRefund,
  writeRefunded,
  writeRefundState,
  type RefundableRow,
  type RefundLease,
  type RefundRow,
} from './refunds.sql.js';

export interface RefundAsked {
  refundId: string;
  orderId: string;
  sagaId: string | undefined;
  /** Undefined: all that is left. */
  amountMinor: number | undefined;
}

/** Refunds of payments that were made. Each method is one transaction. */
export class RefundRepository {
  constructor(
    private readonly database: Pick<Database, 'query' | 'withTransaction'>,
    private readonly digits: number,
  ) {}

  /**
   * Records a refund before the provider is asked, with what it takes of the payment; answers the
   * refund that there is. Undefined: nothing is left to give back. Throws Fault.
   */
  request(asked: RefundAsked): Promise<ChargedRefund | undefined> {
    const { refundId: id, orderId, sagaId = null, amountMinor } = asked;
    return this.database.withTransaction(async (tx) => {
      const [row] = await rowsOf<RefundableRow>(tx, lockRefundable(orderId));
      const known = await this.find(tx, id);
      if (known) {
        refuseOtherRefund(known, orderId, amountMinor);
        return known;
      }
      const payment = row && refundableFrom(row, this.digits);
      const takesMinor = refundAmount(payment, orderId, amountMinor);
      if (takesMinor === 0) return undefined;
      await tx.query(reserveRefund(orderId, takesMinor, this.digits));
      await tx.query(insertRefund({ id, orderId, amountMinor: takesMinor, sagaId }, this.digits));
      return this.find(tx, id);
    });
  }

  /** Writes what the provider said of this attempt; answers the refund as it then is. */
  settle(refund: ChargedRefund, state: RefundState): Promise<ChargedRefund> {
    return this.database.withTransaction(async (tx) => {
      await tx.query(lockRefundable(refund.orderId));
      const isNews = (await rowsOf(tx, writeRefundState(refund, state))).length > 0;
      if (isNews && state === 'SUCCEEDED') {
        await tx.query(writeRefunded(refund.orderId, refund.amountMinor, this.digits));
      }
      return (await this.find(tx, refund.id)) ?? refund;
    });
  }

  /** Unsettled refunds that from now on are this worker's, until the lease runs out. */
  async lease(lease: RefundLease): Promise<ChargedRefund[]> {
    const rows = await this.database.query<RefundRow>(leaseUnsettledRefunds(lease));
    return rows.map((row) => refundFrom(row, this.digits));
  }

  private async find(tx: Transaction, id: string): Promise<ChargedRefund | undefined> {
    const [row] = await rowsOf<RefundRow>(tx, readRefund(id));
    return row && refundFrom(row, this.digits);
  }
}

async function rowsOf<Row extends object>(tx: Transaction, statement: Statement): Promise<Row[]> {
  return (await tx.query<Row>(statement)).rows;
}
