import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import pg from 'pg';
import { projectRoot } from '../../servers/project.js';
import { runAppCommand } from '../../apps/app-commands.js';
import { appFolder, BROKER_USERS } from '../../apps/apps.js';
import type { DatabaseUrls } from '../reading/snapshots.js';
import type { DatabaseName } from '../reading/rows.js';

/** The four databases at the apps' own schema, and sagas written into them as the apps would have. */
export class SeededDatabases {
  private constructor(
    private readonly databases: Record<DatabaseName, TestDatabase>,
    private readonly clients: Record<DatabaseName, pg.Client>,
  ) {}

  static async open(): Promise<SeededDatabases> {
    const made: Partial<Record<DatabaseName, TestDatabase>> = {};
    const clients: Partial<Record<DatabaseName, pg.Client>> = {};
    for (const { name, database } of BROKER_USERS) {
      const migrate = (url: string) => runAppCommand(name, 'migrate', { DB_URL: url });
      const migrations = join(appFolder(name), 'migrations');
      made[database] = await testDatabase({ name: database, migrate, migrations });
      const client = new pg.Client({ connectionString: made[database].url });
      await client.connect();
      // What is planted here is what the triggers and checks of the apps would not let happen.
      await client.query('SET session_replication_role = replica');
      clients[database] = client;
    }
    await recordCheckout(clients.orchestrator!);
    return new SeededDatabases(
      made as Record<DatabaseName, TestDatabase>,
      clients as Record<DatabaseName, pg.Client>,
    );
  }

  get urls(): DatabaseUrls {
    const { orders, inventory, payments, orchestrator } = this.databases;
    return {
      orders: orders.url,
      inventory: inventory.url,
      payments: payments.url,
      orchestrator: orchestrator.url,
    };
  }

  /** Runs SQL; `$id` stands for the case's order, its product and (with an own prefix) its saga. */
  async run(database: DatabaseName, sql: string, id: string): Promise<void> {
    const text = sql.replaceAll('$saga', `'${sagaOf(id)}'`).replaceAll('$id', `'${id}'`);
    await this.clients[database].query(text);
  }

  async close(): Promise<void> {
    for (const client of Object.values(this.clients)) await client.end();
    for (const database of Object.values(this.databases)) await database.drop();
  }

  /** A checkout that ended a minute ago; its product has the order's id, its saga a derived one. */
  async checkout(kind: 'DONE' | 'COMPENSATED'): Promise<string> {
    const id = randomUUID();
    for (const [database, sql] of CHECKOUTS[kind]) await this.run(database, sql, id);
    return id;
  }
}

/** As an orchestrator that starts puts its definitions on record. */
async function recordCheckout(orchestrator: pg.Client): Promise<void> {
  const path = 'apps/orchestrator/src/sagas/checkout/fingerprints/1.json';
  const steps: unknown = JSON.parse(readFileSync(join(projectRoot(), path), 'utf8'));
  await orchestrator.query(
    `INSERT INTO saga_definitions (name, version, fingerprint) VALUES ('checkout', 1, $1)`,
    [JSON.stringify(steps)],
  );
}

/** The saga of an order, as the fixtures name it. */
export function sagaOf(orderId: string): string {
  return `${orderId.slice(0, -1)}${orderId.endsWith('0') ? '1' : '0'}`;
}

const AGO = `now() - interval '1 minute'`;

const saga = (status: string, step: string) => `
  INSERT INTO saga_state (saga_id, order_id, definition, definition_version, status, current_step,
    attempt, needs_attention, saga_deadline_at, failure, kept, input, version, epoch, owner,
    last_log_at, created_at, updated_at)
  VALUES ($saga, $id, 'checkout', 1, '${status}', '${step}', 1, false, ${AGO}, NULL, '{}', '{}', 1, 1,
    gen_random_uuid(), ${AGO}, ${AGO}, ${AGO});
  INSERT INTO idempotency_keys (caller, kind, key, request_hash, saga_id, created_at)
  VALUES ('user', 'KEYED', $id, 'hash', $saga, ${AGO})`;

/** Of steps and undos, separated by blanks: `STEP`, or `STEP:FAILED`. */
const logs = (spans: string) =>
  `INSERT INTO saga_logs (saga_id, created_at, step, status)
    VALUES ${spans
      .split(/\s+/)
      .flatMap((span) => {
        const [step, end = 'COMPLETED'] = span.split(':');
        return [`'${step}', 'STARTED'`, `'${step}', '${end}'`];
      })
      .map((row, index) => `($saga, ${AGO} + interval '${index} milliseconds', ${row})`)
      .join(', ')}`;

const order = (status: string, state: string) => `
  INSERT INTO orders (id, user_id, caller, status, saga_state, total_amount, currency, saga_id, version,
    updated_at)
  VALUES ($id, 'user', 'o:user', '${status}', '${state}', '59.98', 'USD', $saga, 2, ${AGO});
  INSERT INTO order_events (order_id, sequence, type, saga_id, schema, created_at, actor, data)
  VALUES ($id, 1, 'CREATED', $saga, 1, ${AGO} - interval '1 second', 'o:user',
      '{"userId": "user", "totalAmount": "59.98", "currency": "USD"}'),
    ($id, 2, '${status}', $saga, 1, ${AGO}, NULL, NULL);
  INSERT INTO order_items (order_id, line, product_id, quantity, price_at_purchase)
  VALUES ($id, 1, $id, 1, '29.99'), ($id, 2, $id, 1, '29.99')`;

const stock = (status: string, left: number) => `
  INSERT INTO products (id, name, stock_quantity, price) VALUES ($id, 'thing', ${left}, '29.99');
  INSERT INTO stock_ledger (product_id, change, kind) VALUES ($id, 10, 'SEED');
  INSERT INTO reservations (order_id, saga_id, status, expires_at, updated_at)
  VALUES ($id, $saga, '${status}', now(), ${AGO});
  INSERT INTO reservation_items (order_id, product_id, quantity, unit_price)
  VALUES ($id, $id, 2, '29.99')`;

const payment = (status: string) => `
  INSERT INTO payments (order_id, saga_id, amount, currency, status, provider_key, updated_at)
  VALUES ($id, $saga, '59.98', 'USD', '${status}', $id, ${AGO});
  INSERT INTO bank.charges (key, amount, currency, decision)
  VALUES ($id, '59.98', 'USD', 'APPROVED')`;

const PAID = 'ORDER_CREATED INVENTORY_RESERVED PAYMENT_PROCESSED';
const UNDONE = 'REFUND_PAYMENT RELEASE_INVENTORY CANCEL_ORDER';

const CHECKOUTS: Record<'DONE' | 'COMPENSATED', [DatabaseName, string][]> = {
  DONE: [
    ['orchestrator', saga('DONE', 'COMPLETED')],
    ['orchestrator', logs(`${PAID} INVENTORY_COMMITTED ORDER_CONFIRMED`)],
    ['orders', order('CONFIRMED', 'ORDER_CONFIRMED')],
    ['inventory', stock('CONSUMED', 8)],
    ['payments', payment('SUCCESS')],
  ],
  // The hold ran out and was sold to another after the payment.
  COMPENSATED: [
    ['orchestrator', saga('COMPENSATED', 'COMPENSATED')],
    ['orchestrator', logs(`${PAID} INVENTORY_COMMITTED:FAILED ${UNDONE}`)],
    ['orders', order('CANCELLED', 'COMPENSATED')],
    ['inventory', stock('RELEASED', 10)],
    [
      'payments',
      `${payment('REFUNDED')}; INSERT INTO bank.refunds (key, amount) VALUES ($id, '59.98')`,
    ],
  ],
};
