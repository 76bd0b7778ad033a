import { randomUUID } from 'node:crypto';
import type { Database } from '@backstitch/database';
import { createLogger, openDatabase } from '@backstitch/service-kit';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  commitOf,
  newOrder,
  orderOf,
  releaseOf,
  reserveOf,
  stockFixture,
  type StockFixture,
} from '../testing/stock-fixture.js';
import { ReservationArchive } from './reservation-archive.repository.js';
import { ReservationArchiver } from './reservation.archiver.js';
import { StockRepository } from './stock.repository.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const DAYS = 400;
let stock: StockFixture;
let database: Database;
/** Of a service that keeps its reservations for longer: so it makes old ones. */
let longer: StockRepository;

beforeAll(async () => {
  stock = await stockFixture();
  longer = new StockRepository(stock.databases[0]!, { digits: 2, keptDays: 10 * DAYS });
  database = openDatabase({ url: stock.url, name: 'archive', logger, poolMax: 2 });
});
afterAll(async () => {
  await database.close();
  await stock.close();
});
beforeEach(() =>
  stock.query(`SET LOCAL session_replication_role = replica;
    TRUNCATE products, stock_ledger, reservations, reservation_items`),
);

/** `happens` is told of each batch before it is archived. */
function archiver(batchSize = 1_000, happens: (nth: number) => void = () => undefined) {
  const archive = new ReservationArchive(database, DAYS);
  let batches = 0;
  const watched: Pick<ReservationArchive, 'ranges' | 'archive'> = {
    ranges: () => archive.ranges(),
    archive(...batch) {
      batches += 1;
      happens(batches);
      return archive.archive(...batch);
    },
  };
  return new ReservationArchiver({ archive: watched, logger, batchSize });
}
type End = 'CONSUMED' | 'RELEASED' | 'EXPIRED' | 'REJECTED' | 'ACTIVE';
/** A reservation of two units that ended so many days ago. */
async function held(productId: string, end: End, daysAgo: number, orderId = orderOf(daysAgo)) {
  const quantity = end === 'REJECTED' ? 900 : 2;
  await longer.submit(reserveOf(orderId, [{ productId, quantity }]));
  if (end === 'CONSUMED') await longer.submit(commitOf(orderId));
  if (end === 'RELEASED') await longer.submit(releaseOf(orderId));
  if (end === 'EXPIRED') {
    await stock.overdue(orderId);
    await stock.repository.expireOverdue(100);
  }
  await stock.query(
    `UPDATE reservations SET updated_at = now() - $2 * interval '1 day' WHERE order_id = $1`,
    [orderId, daysAgo],
  );
  expect((await stock.reservation(orderId))!.status).toBe(end);
  return orderId;
}
/** As docs/operations.md tells the operator to. */
const repairOf = (orderId: string, productId: string, quantity: number) => `
  INSERT INTO reservations (order_id, status, expires_at) VALUES ('${orderId}', 'CONSUMED', now());
  INSERT INTO reservation_items (order_id, product_id, quantity, unit_price)
    VALUES ('${orderId}', '${productId}', ${quantity}, 10.00);
  INSERT INTO stock_ledger (product_id, change, kind) VALUES ('${productId}', ${quantity}, 'SOLD')`;
const isThere = async (orderId: string) => (await stock.reservation(orderId)) !== undefined;
const sold = (productId: string) =>
  stock.query(`SELECT change FROM stock_ledger WHERE product_id = $1 AND kind = 'SOLD'`, [
    productId,
  ]);

describe('the archive of reservations', () => {
  it('archives old finished reservations, records what was sold, and changes no stock', async () => {
    const [one, other] = [await stock.product(100), await stock.product(100)];
    const gone = [];
    for (const end of ['CONSUMED', 'RELEASED', 'EXPIRED', 'REJECTED'] as const) {
      gone.push(await held(one, end, DAYS + 1));
    }
    gone.push(await held(one, 'CONSUMED', DAYS + 2), await held(other, 'CONSUMED', DAYS + 3));
    const kept = [
      await held(one, 'CONSUMED', DAYS - 1),
      await held(one, 'ACTIVE', DAYS + 1),
      await held(one, 'CONSUMED', 0),
    ];
    const before = [await stock.productRow(one), await stock.productRow(other)];
    expect(await archiver().run()).toBe(gone.length);
    for (const orderId of gone) expect(await isThere(orderId)).toBe(false);
    for (const orderId of kept) expect(await isThere(orderId)).toBe(true);
    expect(await sold(one)).toEqual([{ change: -4 }]);
    expect(await sold(other)).toEqual([{ change: -2 }]);
    expect([await stock.productRow(one), await stock.productRow(other)]).toEqual(before);
    expect(await stock.query('SELECT order_id FROM reservation_items')).toHaveLength(kept.length);
    expect(await stock.breaches()).toEqual([]);
    expect(await archiver().run()).toBe(0);
  });

  it('has all that was received accounted for at every moment, while reservations go on', async () => {
    const productId = await stock.product(1_000);
    for (let i = 0; i < 40; i++) await held(productId, 'CONSUMED', DAYS + 1);
    const look = async (): Promise<void> => {
      const orderId = newOrder();
      await stock.repository.submit(reserveOf(orderId, [{ productId, quantity: 1 }]));
      await stock.repository.submit(commitOf(orderId));
      expect(await stock.breaches()).toEqual([]);
    };
    const looks: Promise<void>[] = [];
    expect(await archiver(2, () => void looks.push(look())).run()).toBe(40);
    expect(looks.length).toBeGreaterThanOrEqual(20);
    await Promise.all(looks);
    expect(await sold(productId)).toHaveLength(20);
    expect(await stock.breaches()).toEqual([]);
  });

  it('records a sale once after a lost connection, however late', async () => {
    const productId = await stock.product(100);
    const orderId = await held(productId, 'CONSUMED', DAYS + 1);
    const blocker = await database.pool.connect();
    await blocker.query('BEGIN; LOCK TABLE stock_ledger IN EXCLUSIVE MODE');
    const isCut = expect(archiver().run()).rejects.toMatchObject({ code: 'ROW_LOCKED' });
    const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
      AND wait_event_type = 'Lock'`;
    await waitFor('it to be about to record', async () => (await stock.query(waiting)).length > 0);
    await stock.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS waiting`);
    await isCut;
    await blocker.query('COMMIT');
    blocker.release();
    expect([await isThere(orderId), await stock.breaches()]).toEqual([true, []]);
    expect(await archiver().run()).toBe(1);
    expect(await sold(productId)).toEqual([{ change: -2 }]);
    expect(await stock.breaches()).toEqual([]);
  });

  it('skips a locked reservation, and records it once when two archivers run at once', async () => {
    const productId = await stock.product(100);
    const orderIds = [];
    for (let i = 0; i < 4; i++) orderIds.push(await held(productId, 'CONSUMED', DAYS + 1));
    const command = await database.pool.connect();
    await command.query('BEGIN');
    await command.query('SELECT FROM reservations WHERE order_id = $1 FOR UPDATE', [orderIds[0]]);
    expect(await archiver().run()).toBe(3);
    await command.query('ROLLBACK');
    command.release();
    const both = await Promise.all([archiver(1).run(), archiver(1).run()]);
    expect(both.reduce((sum, archived) => sum + archived)).toBe(1);
    expect(await stock.breaches()).toEqual([]);
  });

  it('reaches reservations whose ids tell no time, a part at a run', async () => {
    const productId = await stock.product(100);
    const ids = ['00000000', '01a20000', '5eed0000', 'ffff0000'].map((head) => {
      return `${head}${randomUUID().slice(8)}`;
    });
    for (const orderId of ids) await held(productId, 'CONSUMED', DAYS + 1, orderId);
    await held(productId, 'CONSUMED', 1, `5eee0000${randomUUID().slice(8)}`);
    const one = archiver(1);
    let archived = 0;
    for (let runs = 0; runs < 3; runs++) archived += await one.run();
    expect(archived).toBe(ids.length - 1);
    expect(await isThere(ids[1]!)).toBe(true); // an id of a day to come: that day is waited for
    expect(await stock.breaches()).toEqual([]);
  });

  it('never has an undo told that it is done which comes later than that', async () => {
    const productId = await stock.product(100);
    const orderId = await held(productId, 'CONSUMED', DAYS + 1);
    await archiver().run();
    const late = stock.repository.submit(releaseOf(orderId));
    await expect(late).rejects.toMatchObject({ code: 'RESERVATION_NOT_FOUND' });
    expect((await stock.productRow(productId)).stock_quantity).toBe(98);
    expect(await isThere(orderId)).toBe(false);
    expect(await stock.breaches()).toEqual([]);
  });

  it('has an undo give all back once its reservation is made again by hand, as it was', async () => {
    const productId = await stock.product(100);
    const orderId = await held(productId, 'CONSUMED', DAYS + 1);
    await archiver().run();
    await stock.query(repairOf(orderId, productId, 2));
    expect(await stock.breaches()).toEqual([]);
    await stock.repository.submit(releaseOf(orderId));
    expect((await stock.productRow(productId)).stock_quantity).toBe(100);
    expect((await stock.reservation(orderId))!.status).toBe('RELEASED');
    expect(await stock.breaches()).toEqual([]);
  });

  it('keeps a product from being deleted that it has sold', async () => {
    const productId = await stock.product(100);
    await held(productId, 'CONSUMED', DAYS + 1);
    await archiver().run();
    const remove = stock.query('DELETE FROM products WHERE id = $1', [productId]);
    await expect(remove).rejects.toMatchObject({ code: '23503' });
  });

  it('ends after the batch under way when it is told to', async () => {
    const productId = await stock.product(100);
    for (let i = 0; i < 10; i++) await held(productId, 'CONSUMED', DAYS + 1);
    const stopping = new AbortController();
    const one = archiver(1, (nth) => {
      if (nth === 3) stopping.abort();
    });
    expect(await one.run(stopping.signal)).toBe(3);
  });
});
