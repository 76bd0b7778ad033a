import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import pg from 'pg';
import {
  appFolder,
  type AppName,
  BROKER_USERS,
  type DatabaseName,
  runAppCommand,
} from '@backstitch/tools';
import { Ledger } from '../load/ledger.js';
import { readFacts } from './facts.js';
import { breachReportOf } from './breach-report.js';
import { verdictOf } from './verdict.js';

const databases = new Map<DatabaseName, { database: TestDatabase; pool: pg.Pool }>();
const ITEMS = [{ productId: randomUUID(), quantity: 2, price: '29.99' }];

const rows = async <Row extends object>(
  name: DatabaseName,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> => (await databases.get(name)!.pool.query<Row>(sql, [...values])).rows;
const run = (name: DatabaseName, sql: string, ...values: unknown[]): Promise<unknown> =>
  rows(name, sql, values);

async function open(app: AppName, name: DatabaseName): Promise<void> {
  const database = await testDatabase({
    name: `drill_${name}`,
    migrations: join(appFolder(app), 'migrations'),
    migrate: (url) => runAppCommand(app, 'migrate', { DB_URL: url }),
  });
  databases.set(name, { database, pool: new pg.Pool({ connectionString: database.url, max: 2 }) });
}

beforeAll(async () => {
  for (const { name, database } of BROKER_USERS) await open(name, database);
});

afterAll(async () => {
  for (const { pool, database } of databases.values()) {
    await pool.end();
    await database.drop();
  }
});

describe('the facts of the databases', () => {
  let ledger: Ledger;
  let sagaId: string;
  let orderId: string;

  /** One request, told 200, and everything of its order in place. */
  beforeEach(async () => {
    await run('orchestrator', 'DELETE FROM saga_state');
    ledger = new Ledger();
    [sagaId, orderId] = [randomUUID(), randomUUID()];
    const asked = ledger.enter(ledger.intent({ kind: 'plain', items: ITEMS, keyed: true }));
    asked.answer = { status: 200, sagaId, orderId, replayed: false, atMs: 7 };
    asked.answeredId = randomUUID();
    await run(
      'orchestrator',
      `INSERT INTO saga_state (saga_id, order_id, definition, definition_version, status,
          current_step, attempt, needs_attention, saga_deadline_at, kept, input, request_id, version,
          epoch, owner, last_log_at, created_at, updated_at)
        VALUES ($1, $2, 'checkout', 1, 'DONE', 'COMPLETED', 1, false, now(), '{}', $4::jsonb,
          $3, 1, 1, $1, now(), now(), now())`,
      sagaId,
      orderId,
      asked.answeredId,
      JSON.stringify({ userId: asked.intent.userId, totalAmount: '59.98' }),
    );
    await run(
      'orchestrator',
      `INSERT INTO saga_logs (saga_id, created_at, step, status) VALUES ($1, now(), 'S', 'STARTED')`,
      sagaId,
    );
    await run(
      'orders',
      `INSERT INTO orders (id, user_id, status, saga_state, total_amount, currency)
        VALUES ($1, 'user-1', 'CONFIRMED', 'ORDER_CONFIRMED', 59.98, 'USD')`,
      orderId,
    );
    await run(
      'inventory',
      `INSERT INTO reservations (order_id, status, expires_at) VALUES ($1, 'CONSUMED', now())`,
      orderId,
    );
    await charge(`${sagaId}:PAYMENT_PROCESSED:do`);
  });

  const charge = (key: string): Promise<unknown> =>
    run(
      'payments',
      `INSERT INTO bank.charges (key, amount, currency, decision)
        VALUES ($1, 59.98, 'USD', 'APPROVED')`,
      key,
    );
  const breaches = async () => verdictOf(ledger.asked, await readFacts(rows));

  it('are in order where the order is', async () => {
    expect(await breaches()).toEqual([]);
  });

  it('show an order that is not CONFIRMED', async () => {
    const sql = `UPDATE orders SET status = 'CANCELLED', saga_state = 'COMPENSATED' WHERE id = $1`;
    await run('orders', sql, orderId);
    expect(await breaches()).toMatchObject([{ what: 'DONE, and its order is CANCELLED', sagaId }]);
  });

  it('show a second charge in the ledger of the bank', async () => {
    await charge(`${sagaId}:PAYMENT_PROCESSED:again`);
    const [breach] = await breaches();
    expect(breach).toMatchObject({ what: 'charged 2 times: 59.98 and 59.98', sagaId, orderId });
  });

  it('show a charge that was given back', async () => {
    const key = `${sagaId}:PAYMENT_PROCESSED:do`;
    await run('payments', 'INSERT INTO bank.refunds (key, amount) VALUES ($1, 59.98)', key);
    expect(await breaches()).toMatchObject([{ what: 'DONE, and nothing is paid' }]);
  });

  it('show stock that was not sold', async () => {
    const sql = `UPDATE reservations SET status = 'RELEASED' WHERE order_id = $1`;
    await run('inventory', sql, orderId);
    expect(await breaches()).toMatchObject([{ what: 'DONE, and its reservation is RELEASED' }]);
  });

  it('come with the details of a breach: the answers to its client and the log of its saga', async () => {
    const sql = `UPDATE orders SET status = 'PENDING', saga_state = 'ORDER_CREATED' WHERE id = $1`;
    await run('orders', sql, orderId);
    const group = (await breachReportOf(await breaches(), ledger.asked, { rows })).join('\n');
    expect(group).toContain('DONE, and its order is PENDING');
    expect(group).toContain(`plain of user-1, key-1, saga ${sagaId}, order ${orderId}`);
    expect(group).toMatch(/drill-1: 200 {2}after -?\d+ ms, saga/);
    expect(group).toMatch(/S STARTED/);
  });
});
