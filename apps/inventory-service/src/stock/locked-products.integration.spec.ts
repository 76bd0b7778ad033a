import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RowLocked } from '@backstitch/service-kit';
import { waitFor } from '@backstitch/testkit';
import pg from 'pg';
import {
  commitOf,
  newOrder,
  releaseOf,
  reserveOf,
  stockFixture,
  verdict,
  type StockFixture,
} from '../testing/stock-fixture.js';

/** As in the service. */
const LOCK_TIMEOUT_MS = 300;

let stock: StockFixture;
let holder: pg.Client;

beforeAll(async () => {
  stock = await stockFixture(2, LOCK_TIMEOUT_MS);
  holder = new pg.Client({ connectionString: stock.url });
  await holder.connect();
});

afterAll(async () => {
  await holder.end();
  await stock.close();
});

/** Does something while one row is locked; it still is when that is done. */
async function whileLocked<Result>(lock: string, id: string, work: () => Promise<Result>) {
  await holder.query('BEGIN');
  await holder.query(`${lock} FOR UPDATE`, [id]);
  try {
    return await work();
  } finally {
    await holder.query('ROLLBACK');
  }
}

const PRODUCT = 'SELECT FROM products WHERE id = $1';
const RESERVATION = 'SELECT FROM reservations WHERE order_id = $1';
const one = (productId: string) => ({ productId, quantity: 1 });
const outcomeOf = (answer: Promise<Parameters<typeof verdict>[0]>) =>
  answer.then(verdict, (error: unknown) => (error instanceof RowLocked ? 'locked' : error));

describe('a product that another session keeps locked', () => {
  it('delays its own buyers only, in any batch and on any replica', async () => {
    const [locked, free, other] = [
      await stock.product(1_000),
      await stock.product(1_000),
      await stock.product(1_000),
    ];
    const buy = (n: number, ...products: string[]) =>
      outcomeOf(stock.repositories[n % 2]!.submit(reserveOf(newOrder(), products.map(one))));
    await whileLocked(PRODUCT, locked, async () => {
      for (let round = 0; round < 5; round += 1) {
        const ofLocked = Array.from({ length: 30 }, (_, n) =>
          n % 3 === 0 ? buy(n, locked, free) : buy(n, locked),
        );
        const others = Array.from({ length: 60 }, (_, n) => buy(n, n % 2 === 0 ? free : other));
        expect(new Set(await Promise.all(others))).toEqual(new Set(['yes']));
        expect(new Set(await Promise.all(ofLocked))).toEqual(new Set(['locked']));
      }
    });
    expect(await buy(0, locked, free)).toBe('yes');
    expect((await stock.productRow(locked)).stock_quantity).toBe(999);
    expect((await stock.productRow(free)).stock_quantity).toBe(849);
    expect(await stock.breaches()).toEqual([]);
  });

  it('keeps no undo and no sale of another product waiting', async () => {
    const [locked, free] = [await stock.product(100), await stock.product(100)];
    const reservation = async (productId: string) => {
      const orderId = newOrder();
      await stock.repository.submit(reserveOf(orderId, [one(productId)]));
      return orderId;
    };
    const ofLocked = await Promise.all(Array.from({ length: 10 }, () => reservation(locked)));
    const ofFree = await Promise.all(Array.from({ length: 20 }, () => reservation(free)));
    await whileLocked(PRODUCT, locked, async () => {
      const held = ofLocked.map((id) => outcomeOf(stock.repository.submit(releaseOf(id))));
      const others = ofFree.map((id, n) =>
        outcomeOf(stock.repository.submit(n % 2 === 0 ? releaseOf(id) : commitOf(id))),
      );
      expect(new Set(await Promise.all(others))).toEqual(new Set(['yes']));
      expect(new Set(await Promise.all(held))).toEqual(new Set(['locked']));
    });
    const again = await Promise.all(ofLocked.map((id) => stock.repository.submit(releaseOf(id))));
    expect(new Set(again.map(verdict))).toEqual(new Set(['yes']));
    expect((await stock.productRow(locked)).stock_quantity).toBe(100);
    expect((await stock.productRow(free)).stock_quantity).toBe(90);
  });

  it('keeps no overdue reservation of another product from running out', async () => {
    const [locked, free] = [await stock.product(10), await stock.product(10)];
    const orders = [newOrder(), newOrder(), newOrder()];
    for (const [n, orderId] of orders.entries()) {
      await stock.repository.submit(reserveOf(orderId, [one(n === 0 ? locked : free)]));
      await stock.overdue(orderId);
    }
    await whileLocked(PRODUCT, locked, async () => {
      const swept = await stock.repository.expireOverdue(100);
      expect(swept.map(({ orderId }) => orderId).sort()).toEqual(orders.slice(1).sort());
    });
    await waitFor('the last reservation to run out', async () => {
      return (await stock.repository.expireOverdue(100)).length === 1;
    });
    expect(await stock.breaches()).toEqual([]);
  });
});

describe('a reservation that another session keeps locked', () => {
  it('delays the commands of its own order only', async () => {
    const product = await stock.product(1_000);
    const orderId = newOrder();
    await stock.repository.submit(reserveOf(orderId, [one(product)]));
    await whileLocked(RESERVATION, orderId, async () => {
      const own = outcomeOf(stock.repository.submit(commitOf(orderId)));
      const others = Array.from({ length: 40 }, () =>
        outcomeOf(stock.repository.submit(reserveOf(newOrder(), [one(product)]))),
      );
      expect(new Set(await Promise.all(others))).toEqual(new Set(['yes']));
      expect(await own).toBe('locked');
    });
    expect(verdict(await stock.repository.submit(commitOf(orderId)))).toBe('yes');
  });
});
