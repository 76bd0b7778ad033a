import type { Statement } from '@backstitch/database';
import { fromMinor } from '@backstitch/shared-types';
import type { IntentRequest, RefundRequest } from '../payment/intent-provider.js';

export interface IntentRow {
  ref: string;
  key: string;
  amount: string;
  currency: string;
  card: string;
}

const COLUMNS = 'ref, key, amount, currency, card';

export function insertIntent(ref: string, request: IntentRequest, digits: number): Statement {
  const { key, amountMinor, currency, token } = request;
  return {
    name: 'insert_bank_intent',
    text: `INSERT INTO bank.intents (${COLUMNS}) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (key) DO NOTHING RETURNING ${COLUMNS}`,
    values: [ref, key, fromMinor(amountMinor, digits), currency, token],
  };
}

export function readIntentOf(key: string): Statement {
  return {
    name: 'read_bank_intent_of',
    text: `SELECT ${COLUMNS} FROM bank.intents WHERE key = $1`,
    values: [key],
  };
}

export function readIntent(ref: string): Statement {
  return {
    name: 'read_bank_intent',
    text: `SELECT ${COLUMNS} FROM bank.intents WHERE ref = $1`,
    values: [ref],
  };
}

export interface RefundEntryRow {
  charge_key: string;
  amount: string;
}

/** Only of an approved charge. */
export function insertRefundEntry(request: RefundRequest, digits: number): Statement {
  const { key, chargeKey, amountMinor, currency } = request;
  return {
    name: 'insert_refund_entry',
    text: `INSERT INTO bank.refund_entries (key, charge_key, amount)
      SELECT $1, key, $3::numeric FROM bank.charges
      WHERE key = $2 AND decision = 'APPROVED' AND currency = $4
      ON CONFLICT (key) DO NOTHING`,
    values: [key, chargeKey, fromMinor(amountMinor, digits), currency],
  };
}

export function readRefundEntry(key: string): Statement {
  return {
    name: 'read_refund_entry',
    text: 'SELECT charge_key, amount FROM bank.refund_entries WHERE key = $1',
    values: [key],
  };
}
