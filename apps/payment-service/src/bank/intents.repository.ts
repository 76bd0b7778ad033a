import { randomUUID } from 'node:crypto';
import type { Database } from '@backstitch/database';
import { Fault, toMinor } from '@backstitch/shared-types';
import type { IntentRequest, RefundRequest, RefundState } from '../payment/intent-provider.js';
import { readCharges, voidKeys, type ChargeRow } from './bank.sql.js';
import {
  insertIntent,
  insertRefundEntry,
  readIntent,
  readIntentOf,
  readRefundEntry,
  type IntentRow,
  type RefundEntryRow,
} from './intents.sql.js';

export interface StoredIntent {
  ref: string;
  amountMinor: number;
  currency: string;
  card: string;
}

/** The bank's append-only record of intents and of refunds in parts. */
export class IntentRepository {
  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly digits: number,
  ) {}

  /** The intent of the key, made now or before. Throws Fault AMOUNT_MISMATCH. */
  async create(request: IntentRequest): Promise<StoredIntent> {
    const made = insertIntent(`int_${randomUUID()}`, request, this.digits);
    const [row] = await this.database.query<IntentRow>(made);
    const intent = this.intentFrom(row ?? (await this.first(readIntentOf(request.key))));
    const { amountMinor, currency } = request;
    if (intent.amountMinor === amountMinor && intent.currency === currency) return intent;
    const message = `The key ${request.key} was used for another amount`;
    throw new Fault('AMOUNT_MISMATCH', message, false);
  }

  async find(ref: string): Promise<StoredIntent> {
    return this.intentFrom(await this.first(readIntent(ref)));
  }

  /** What is decided about an intent; undefined while nothing is. */
  async decision(ref: string): Promise<ChargeRow | undefined> {
    return (await this.database.query<ChargeRow>(readCharges([ref])))[0];
  }

  /** Voids the intent unless it is decided; answers the decision. */
  async void(ref: string): Promise<ChargeRow> {
    await this.database.query(voidKeys([ref]));
    return this.first<ChargeRow>(readCharges([ref]));
  }

  /** Throws Fault AMOUNT_MISMATCH. */
  async refund(request: RefundRequest): Promise<RefundState> {
    await this.database.query(insertRefundEntry(request, this.digits));
    const [entry] = await this.database.query<RefundEntryRow>(readRefundEntry(request.key));
    if (!entry) return 'FAILED';
    const isSame = toMinor(entry.amount, this.digits) === request.amountMinor;
    if (isSame && entry.charge_key === request.chargeKey) return 'SUCCEEDED';
    const message = `The key ${request.key} was used for another refund`;
    throw new Fault('AMOUNT_MISMATCH', message, false);
  }

  private async first<Row extends IntentRow | ChargeRow = IntentRow>(
    statement: ReturnType<typeof readIntent>,
  ): Promise<Row> {
    const [row] = await this.database.query<Row>(statement);
    if (!row) throw new Error(`the bank has no ${String(statement.values)}`);
    return row;
  }

  private intentFrom({ ref, amount, currency, card }: IntentRow): StoredIntent {
    return { ref, amountMinor: toMinor(amount, this.digits)!, currency, card };
  }
}
