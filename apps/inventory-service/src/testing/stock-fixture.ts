import { fileURLToPath } from 'node:url';
import { runMigrations } from '@backstitch/database';
import { createLogger, openDatabase } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import { testDatabase, waitFor } from '@backstitch/testkit';
import pg from 'pg';
import type { StockAnswer } from '../stock/reservation.js';
import type { StockCommand } from '../stock/stock.transaction.js';
import { ReturnsRepository } from '../stock/returns.repository.js';
import { STOCK_CONNECTIONS, StockRepository } from '../stock/stock.repository.js';
import type { Demand } from '../stock/stock.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Of all replicas. */
export const TERMS = { digits: 2, keptDays: 400 };

type Query = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

/**
 * A database of one's own with replicas of the repository over it, as several processes would.
 * Locks are waited for until PostgreSQL would see a deadlock, unless a test says otherwise.
 */
export async function stockFixture(replicas = 1, lockTimeoutMs = 20_000) {
  const logger = createLogger({ app: 'test', level: 'silent' });
  const database = await testDatabase({
    name: 'inventory',
    migrations: MIGRATIONS,
    migrate: (url) => runMigrations({ url, folder: MIGRATIONS, print: () => undefined }),
  });
  const sql = new pg.Pool({ connectionString: database.url, max: 4 });
  const databases = Array.from({ length: replicas }, () =>
    openDatabase({
      url: database.url,
      name: 'stock',
      logger,
      poolMax: STOCK_CONNECTIONS,
      lockTimeoutMs,
      keyLookups: true,
    }),
  );
  const repositories = databases.map((each) => new StockRepository(each, TERMS));
  const query: Query = async (text, values = []) => (await sql.query(text, values)).rows;
  const returns = databases.map((each) => new ReturnsRepository(each, TERMS));
  return {
    url: database.url,
    /** Of each replica. */
    returns,
    databases,
    repositories,
    repository: repositories[0]!,
    query,
    product: (stock: number, price = '10.00') => newProduct(query, stock, price),
    productRow: (id: string) => productRow(query, id),
    reservation: (orderId: string) => reservationRow(query, orderId),
    overdue: (orderId: string) =>
      query(`UPDATE reservations SET expires_at = now() - interval '1 s' WHERE order_id = $1`, [
        orderId,
      ]),
    breaches: () => query(CONSERVATION_BREACHES),
    /**
     * How many deadlocks this database has seen. Closes the connections: a session reports it when
     * it ends.
     */
    async deadlocks() {
      await Promise.all(databases.map((each) => each.close()));
      await waitFor('the sessions to end', async () => (await query(SESSIONS_LEFT)).length === 0);
      const [row] = await query<{ deadlocks: string }>(
        'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
      );
      return Number(row?.deadlocks);
    },
    async close() {
      await Promise.all([...databases.map((each) => each.close()), sql.end()]);
      await database.drop();
    },
  };
}

export type StockFixture = Awaited<ReturnType<typeof stockFixture>>;

async function newProduct(query: Query, stock: number, price: string): Promise<string> {
  const [row] = await query<{ id: string }>(
    `INSERT INTO products (name, stock_quantity, price) VALUES ('A thing', $1, $2) RETURNING id`,
    [stock, price],
  );
  return row!.id;
}

async function productRow(query: Query, id: string) {
  const [row] = await query<{ stock_quantity: number; version: number }>(
    'SELECT stock_quantity, version FROM products WHERE id = $1',
    [id],
  );
  return row!;
}

async function reservationRow(query: Query, orderId: string) {
  const [row] = await query<{
    status: string;
    refusal_code: string | null;
    saga_id: string | null;
  }>('SELECT status, refusal_code, saga_id FROM reservations WHERE order_id = $1', [orderId]);
  return row;
}

/** Invariant 1: received = available + held + (consumed − returned − written off), product by product. */
const CONSERVATION_BREACHES = `
  SELECT id, stock_quantity, received, not_in_stock FROM products
  LEFT JOIN LATERAL (SELECT coalesce(sum(change), 0) AS received
    FROM stock_ledger WHERE product_id = products.id) ledger ON true
  LEFT JOIN LATERAL (SELECT coalesce(sum(quantity - returned - written_off), 0) AS not_in_stock
    FROM reservation_items JOIN reservations USING (order_id)
    WHERE product_id = products.id AND status IN ('ACTIVE', 'CONSUMED')) held ON true
  WHERE received <> stock_quantity + not_in_stock OR stock_quantity < 0`;

const SESSIONS_LEFT = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'stock'`;

export function reserveOf(
  orderId: string,
  demand: readonly Demand[],
  { sagaId, holdSeconds = 60 }: { sagaId?: string; holdSeconds?: number } = {},
): StockCommand {
  return { kind: 'reserve', orderId, sagaId, demand, holdSeconds };
}

export const releaseOf = (orderId: string, sagaId?: string): StockCommand => ({
  kind: 'release',
  orderId,
  sagaId,
});

export const commitOf = (orderId: string, sagaId?: string): StockCommand => ({
  kind: 'commit',
  orderId,
  sagaId,
});

export const extendOf = (orderId: string, until: Date, sagaId?: string): StockCommand => ({
  kind: 'extend',
  orderId,
  sagaId,
  until: until.toISOString(),
});

export const newOrder = newUuid;

/** An order's id as it was made so many days ago. */
export function orderOf(daysAgo: number): string {
  const time = (Date.now() - daysAgo * 86_400_000).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${newUuid().slice(13)}`;
}

/** "yes", or the code of the business rejection. */
export function verdict(answer: StockAnswer): string {
  return 'code' in answer ? answer.code : 'yes';
}
