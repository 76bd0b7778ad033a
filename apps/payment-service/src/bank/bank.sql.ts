import type { Statement } from '@backstitch/database';
import { fromMinor } from '@backstitch/shared-types';

/** A charge with the verdict that the bank gives it, should it not have decided its key before. */
export interface NewCharge {
  key: string;
  amountMinor: number;
  currency: string;
  decision: 'APPROVED' | 'DECLINED';
  reason: string | null;
}

export interface ChargeRow {
  key: string;
  amount: string | null;
  currency: string | null;
  /** VOIDED and BURNED mean the same. */
  decision: 'APPROVED' | 'DECLINED' | 'VOIDED' | 'BURNED';
  reason: string | null;
}

/**
 * The stored word for a voided key. The previous release knows BURNED alone and may run at the same
 * time, so this release reads both words and writes that one. The next release writes VOIDED.
 */
export const STORED_FOR_VOIDED = 'BURNED' satisfies ChargeRow['decision'];

const COLUMNS = 'key, amount, currency, decision, reason';

export function insertCharges(charges: readonly NewCharge[], digits: number): Statement {
  return {
    name: 'insert_charges',
    text: `INSERT INTO bank.charges (${COLUMNS})
      SELECT ${COLUMNS} FROM unnest($1::text[], $2::numeric[], $3::text[], $4::text[], $5::text[])
        AS charge (${COLUMNS})
      ORDER BY key
      ON CONFLICT (key) DO NOTHING
      RETURNING ${COLUMNS}`,
    values: [
      charges.map((charge) => charge.key),
      charges.map((charge) => fromMinor(charge.amountMinor, digits)),
      charges.map((charge) => charge.currency),
      charges.map((charge) => charge.decision),
      charges.map((charge) => charge.reason),
    ],
  };
}

export function readCharges(keys: readonly string[]): Statement {
  return {
    name: 'read_charges',
    text: `SELECT ${COLUMNS} FROM bank.charges WHERE key = ANY ($1::text[])`,
    values: [keys],
  };
}

/** Waits for a charge that is under way; what is not charged by then never will be. */
export function voidKeys(keys: readonly string[]): Statement {
  return {
    name: 'void_keys',
    text: `INSERT INTO bank.charges (key, decision)
      SELECT key, '${STORED_FOR_VOIDED}' FROM unnest($1::text[]) AS voided (key) ORDER BY key
      ON CONFLICT (key) DO NOTHING`,
    values: [keys],
  };
}

export function insertRefunds(keys: readonly string[]): Statement {
  return {
    name: 'insert_refunds',
    text: `INSERT INTO bank.refunds (key, amount)
      SELECT key, amount FROM bank.charges
      WHERE key = ANY ($1::text[]) AND decision = 'APPROVED' ORDER BY key
      ON CONFLICT (key) DO NOTHING`,
    values: [keys],
  };
}
