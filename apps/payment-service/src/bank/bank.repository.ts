import { Coalescer, type BatchOutcome } from '@backstitch/coalesce';
import { databaseFault, type Database } from '@backstitch/database';
import { watchBatches } from '@backstitch/service-kit';
import { Fault, toMinor } from '@backstitch/shared-types';
import type { CancelOutcome, ChargeOutcome } from '../payment/provider.js';
import {
  voidKeys,
  insertCharges,
  insertRefunds,
  readCharges,
  type ChargeRow,
  type NewCharge,
} from './bank.sql.js';

/** Batches under way at once. */
const BATCHES_MAX = 2;

/** The only SQL of the bank: its ledger, append-only, of what it decided about each key. */
export class BankRepository {
  private readonly charges: Coalescer<NewCharge, ChargeOutcome>;
  private readonly cancellations: Coalescer<string, CancelOutcome>;

  constructor(
    private readonly database: Pick<Database, 'query' | 'withTransaction'>,
    private readonly digits: number,
  ) {
    const retrySingly = (error: unknown) => ['data', 'bug'].includes(databaseFault(error));
    const isLocked = (error: unknown) => databaseFault(error) === 'locked';
    this.charges = new Coalescer({
      keyOf: ({ key }) => key,
      concurrency: BATCHES_MAX,
      sameWork: (a, b) => a.amountMinor === b.amountMinor && a.currency === b.currency,
      retrySingly,
      isLocked,
      run: (batch) => this.chargeBatch(batch),
    });
    this.cancellations = new Coalescer({
      keyOf: (key) => key,
      concurrency: BATCHES_MAX,
      sameWork: () => true,
      retrySingly,
      isLocked,
      run: (batch) => this.cancelBatch(batch),
    });
    watchBatches('bank_charges', this.charges);
    watchBatches('bank_cancellations', this.cancellations);
  }

  /**
   * What was decided about the key: now, or when it was first seen. Throws Fault AMOUNT_MISMATCH.
   */
  charge(charge: NewCharge): Promise<ChargeOutcome> {
    return this.charges.submit(charge);
  }

  async isDecided(key: string): Promise<boolean> {
    return (await this.database.query<ChargeRow>(readCharges([key]))).length > 0;
  }

  /** Refunds the key's charge, or voids the key: one transaction, repeatable. */
  cancel(key: string): Promise<CancelOutcome> {
    return this.cancellations.submit(key);
  }

  private async chargeBatch(batch: readonly NewCharge[]): Promise<BatchOutcome<ChargeOutcome>[]> {
    const decided = byKey(await this.database.query<ChargeRow>(insertCharges(batch, this.digits)));
    const known = batch.filter(({ key }) => !decided.has(key)).map(({ key }) => key);
    if (known.length > 0) {
      for (const row of await this.database.query<ChargeRow>(readCharges(known))) {
        decided.set(row.key, row);
      }
    }
    return batch.map((charge) => this.outcomeOf(charge, decided.get(charge.key)));
  }

  private outcomeOf(
    { key, amountMinor, currency }: NewCharge,
    row: ChargeRow | undefined,
  ): BatchOutcome<ChargeOutcome> {
    if (!row) return { error: new Error(`the charge ${key} has disappeared from the ledger`) };
    if (isVoided(row)) return { ok: { kind: 'voided' } };
    if (toMinor(row.amount ?? '', this.digits) !== amountMinor || row.currency !== currency) {
      const message = `The key ${key} was used for ${row.amount} ${row.currency}`;
      return { error: new Fault('AMOUNT_MISMATCH', message, false) };
    }
    if (row.decision === 'APPROVED') return { ok: { kind: 'approved' } };
    return { ok: { kind: 'declined', reason: row.reason ?? 'no reason given' } };
  }

  private async cancelBatch(keys: readonly string[]): Promise<BatchOutcome<CancelOutcome>[]> {
    const decided = await this.database.withTransaction(async (tx) => {
      await tx.query(voidKeys(keys));
      await tx.query(insertRefunds(keys));
      return byKey((await tx.query<ChargeRow>(readCharges(keys))).rows);
    });
    return keys.map((key) => ({ ok: OUTCOME_OF_CANCEL[decided.get(key)!.decision] }));
  }
}

const OUTCOME_OF_CANCEL = {
  APPROVED: 'refunded',
  DECLINED: 'declined',
  VOIDED: 'voided',
  BURNED: 'voided',
} as const satisfies Record<ChargeRow['decision'], CancelOutcome>;

function isVoided({ decision }: ChargeRow): boolean {
  return OUTCOME_OF_CANCEL[decision] === 'voided';
}

function byKey(rows: readonly ChargeRow[]): Map<string, ChargeRow> {
  return new Map(rows.map((row) => [row.key, row]));
}
