import { fileURLToPath } from 'node:url';
import { runMigrations } from '@backstitch/database';
import { createLogger, openDatabase } from '@backstitch/service-kit';
import { newUuid, Rejection, type SagaTag } from '@backstitch/shared-types';
import { testDatabase } from '@backstitch/testkit';
import type pg from 'pg';
import { BankRepository } from '../bank/bank.repository.js';
import { SimulatedBank, type BankTerms } from '../bank/bank.provider.js';
import { PaymentHandler } from '../payment/payment.handler.js';
import { PaymentRecovery } from '../payment/payment.recovery.js';
import { PaymentRepository } from '../payment/payment.repository.js';
import { PaymentSettlement } from '../payment/payment.settlement.js';
import type { PaymentProvider } from '../payment/provider.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const DIGITS = 2;

export interface Replica {
  failureRate?: number;
  /** What the bank does beside that. */
  trouble?: Partial<BankTerms>;
  /** Stands between the service and the bank. */
  between?: (bank: PaymentProvider) => PaymentProvider;
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
    const repository = new PaymentRepository(payments, 'USD', DIGITS);
    const ledger = new BankRepository(bank, DIGITS);
    const provider = between(
      new SimulatedBank(ledger, { failureRate, latencyMs: 0, ...options.trouble }),
    );
    const settlement = new PaymentSettlement({ payments: repository, provider, reached });
    const recovery = new PaymentRecovery({
      payments: repository,
      settlement,
      logger,
      afterSeconds: options.recoverAfterSeconds ?? 60,
      intervalMs: 1000,
    });
    return {
      handler: new PaymentHandler(repository, settlement, DIGITS, logger),
      recovery,
      provider,
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

export type PaymentFixture = Awaited<ReturnType<typeof paymentFixture>>;

/** Invariant 6: the bank's ledger and the payments agree, charge by charge and refund by refund. */
const DISAGREEMENTS = `
  SELECT order_id, status, decision, refunded_at FROM payments
  FULL JOIN bank.charges ON charges.key = provider_key
  LEFT JOIN bank.refunds ON refunds.key = charges.key
  WHERE (status, coalesce(decision, 'none'), refunded_at IS NOT NULL) NOT IN (
    ('SUCCESS', 'APPROVED', false), ('FAILED', 'DECLINED', false), ('REFUNDED', 'APPROVED', true),
    ('CANCELLED', 'VOIDED', false), ('CANCELLED', 'BURNED', false), ('CANCELLED', 'none', false))
    OR status IS NULL OR (decision IN ('APPROVED', 'DECLINED') AND payments.amount <> charges.amount)`;

export const newId = newUuid;

export function sagaOf(sagaId: string): SagaTag {
  return { sagaId, step: 'PAYMENT_PROCESSED', direction: 'do', attempt: 1 };
}

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
