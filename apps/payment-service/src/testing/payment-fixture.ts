import { fileURLToPath } from 'node:url';
import { runMigrations } from '@backstitch/database';
import { createLogger, openDatabase } from '@backstitch/service-kit';
import { newUuid, Rejection, type SagaTag } from '@backstitch/shared-types';
import { testDatabase } from '@backstitch/testkit';
import type pg from 'pg';
import { BankRepository } from '../bank/bank.repository.js';
import { SimulatedBank, type BankTerms } from '../bank/bank.provider.js';
import { IntentRepository } from '../bank/intents.repository.js';
import { SimulatedIntents } from '../bank/intents.provider.js';
import { paymentParts } from '../payment-parts.js';
import type { IntentProvider } from '../payment/intent-provider.js';
import type { PaymentProvider } from '../payment/provider.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const DIGITS = 2;

export interface Replica {
  failureRate?: number;
  /** What the bank does beside that. */
  trouble?: Partial<BankTerms>;
  /** Stands between the service and the bank. */
  between?: (bank: PaymentProvider) => PaymentProvider;
  /** Stands between the service and the bank, for intents and refunds. */
  betweenIntents?: (bank: IntentProvider) => IntentProvider;
  reached?: (point: string) => void | Promise<void>;
  recoverAfterSeconds?: number;
}

/**
 * A database for one test alone, and as many replicas of the service over it as it asks for. Locks
 * are waited for as long as a test may hold them, unless it says otherwise.
 */
export async function paymentFixture(lockTimeoutMs = 20_000) {
  const logger = createLogger({ app: 'test', level: 'silent' });
  const database = await testDatabase({
    name: 'payments',
    migrations: MIGRATIONS,
    migrate: (url) => runMigrations({ url, folder: MIGRATIONS, print: () => undefined }),
  });
  const open = (name: string) => openDatabase({ url: database.url, name, logger, lockTimeoutMs });
  const [payments, bank] = [open('payments'), open('bank')];
  const query = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await payments.pool.query<Row>(text, values)).rows;

  function replica(options: Replica = {}) {
    const { failureRate = 0, between = (each) => each, reached = () => undefined } = options;
    const { betweenIntents = (each) => each } = options;
    const ledger = new BankRepository(bank, DIGITS);
    const simulated = new SimulatedBank(ledger, { failureRate, latencyMs: 0, ...options.trouble });
    const intents = new SimulatedIntents(simulated, new IntentRepository(bank, DIGITS), DIGITS);
    const provider = between(simulated);
    const parts = paymentParts({
      database: payments,
      provider,
      intents: betweenIntents(intents),
      currency: 'USD',
      logger,
      reached,
      recovery: { afterSeconds: options.recoverAfterSeconds ?? 60, intervalMs: 1000 },
    });
    return {
      handler: parts.handlers.payments,
      attempts: parts.handlers.attempts,
      refunds: parts.handlers.refunds,
      handlers: parts.handlers,
      provider,
      recovery: parts.recovery,
      attemptRecovery: parts.attemptRecovery,
    };
  }

  return {
    url: database.url,
    query,
    replica,
    row: async (orderId: string) =>
      (await query('SELECT * FROM payments WHERE order_id = $1', [orderId]))[0],
    /** As the bank's ledger has it. */
    bankOf: async (key: string) => {
      const [charges, refunds] = await Promise.all(
        ['charges', 'refunds'].map((table) =>
          query(`SELECT * FROM bank.${table} WHERE key = $1`, [key]),
        ),
      );
      return { decision: charges?.[0]?.decision, refunds: refunds?.length };
    },
    ...attemptReads(query),
    age: (orderId: string) =>
      query(
        `UPDATE payments SET updated_at = updated_at - interval '2 minutes',
          lease_until = lease_until - interval '2 minutes' WHERE order_id = $1`,
        [orderId],
      ),
    disagreements: () => query(DISAGREEMENTS),
    async close() {
      await Promise.all([payments.close(), bank.close()]);
      await database.drop();
    },
  };
}

type Query = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

/** What tests read and age of the attempts of an order. */
function attemptReads(query: Query) {
  return {
    attemptsOf: (orderId: string) =>
      query('SELECT * FROM payment_attempts WHERE order_id = $1 ORDER BY number', [orderId]),
    /** What the bank charged for an order, less what it gave back. */
    kept: async (orderId: string) => {
      const [row] = await query<{ kept: string }>(KEPT, [orderId]);
      return Number(row?.kept);
    },
    ageAttempts: (orderId: string) =>
      query(
        `UPDATE payment_attempts SET updated_at = updated_at - interval '2 minutes',
          lease_until = lease_until - interval '2 minutes' WHERE order_id = $1`,
        [orderId],
      ),
  };
}

/** By the attempts' ids, which are the keys of their intents: also what no row knows any more. */
const KEPT = `
  SELECT coalesce(sum(charges.amount), 0)
    - coalesce(sum((SELECT sum(amount) FROM bank.refunds WHERE refunds.key = charges.key)), 0)
    - coalesce(sum((SELECT sum(amount) FROM bank.refund_entries WHERE charge_key = charges.key)), 0)
    AS kept
  FROM payment_attempts JOIN bank.intents ON intents.key = payment_attempts.id::text
  JOIN bank.charges ON charges.key = intents.ref AND decision = 'APPROVED'
  WHERE order_id = $1`;

export type PaymentFixture = Awaited<ReturnType<typeof paymentFixture>>;

/** Invariants 6 and 10: the bank's ledger and the payments agree, charge by charge and refund by refund. */
const DISAGREEMENTS = `
  SELECT payments.order_id, payments.status, decision, undone, refunded, refunded_amount
  FROM payments
  FULL JOIN (
    SELECT *, (SELECT sum(amount) FROM bank.refunds WHERE refunds.key = charges.key) AS undone,
      (SELECT sum(amount) FROM bank.refund_entries WHERE charge_key = charges.key) AS refunded
    FROM bank.charges WHERE decision IN ('APPROVED', 'DECLINED')
      OR NOT EXISTS (SELECT FROM bank.intents WHERE ref = charges.key)
  ) AS charges ON charges.key = provider_key
  LEFT JOIN payment_attempts ON provider_ref = charges.key
  WHERE coalesce(refunded, 0) <> coalesce(refunded_amount, 0)
    OR (SELECT coalesce(sum(refunds.amount), 0) FROM refunds
      WHERE refunds.order_id = payments.order_id AND refunds.status = 'SUCCEEDED') <> coalesce(refunded_amount, 0)
    OR (payments.status IS NULL AND NOT (decision = 'DECLINED' AND payment_attempts.status = 'DECLINED'))
    OR (payments.status IS NOT NULL AND (payments.status, coalesce(decision, 'none'),
      coalesce(undone, refunded_amount, 0) = coalesce(payments.amount, -1)) NOT IN (
    ('SUCCESS', 'APPROVED', false), ('FAILED', 'DECLINED', false), ('REFUNDED', 'APPROVED', true),
    ('CANCELLED', 'VOIDED', false), ('CANCELLED', 'BURNED', false), ('CANCELLED', 'none', false))
      AND NOT (flow = 'OPEN' AND payments.status IN ('PENDING', 'FAILED') AND decision IS NULL))
    OR (decision IN ('APPROVED', 'DECLINED') AND payments.amount <> charges.amount)`;

export const newId = newUuid;

export function sagaOf(sagaId: string): SagaTag {
  return { sagaId, step: 'PAYMENT_PROCESSED', direction: 'do', attempt: 1 };
}

/** A token of the mock card with these last digits. */
export const cardOf = (last4: string) => `tok_visa_${last4}_0123456789abcdef`;

export const keyOf = (sagaId: string) => `${sagaId}:PAYMENT_PROCESSED:do`;

/** "yes", or the code of the business rejection. */
export function verdict(answer: object): string {
  return answer instanceof Rejection ? answer.code : 'yes';
}

/** A gate that a test opens. */
export function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
