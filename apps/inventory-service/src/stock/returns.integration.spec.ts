import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  commitOf,
  extendOf,
  newOrder,
  orderOf,
  releaseOf,
  reserveOf,
  stockFixture,
  TERMS,
  verdict,
  type StockFixture,
} from '../testing/stock-fixture.js';
import { ReservationArchive } from './reservation-archive.repository.js';
import type { StockReturn } from './stock-return.js';
import { StockRepository } from './stock.repository.js';

let stock: StockFixture;

beforeAll(async () => {
  stock = await stockFixture(2);
});
afterAll(async () => {
  expect(await stock.breaches()).toEqual([]);
  await stock.close();
});

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

async function held(quantity = 2, available = 10, orderId = newOrder()) {
  const productId = await stock.product(available);
  const saga = newOrder();
  const older = new StockRepository(stock.databases[0]!, { ...TERMS, keptDays: 10_000 });
  await older.submit(reserveOf(orderId, [{ productId, quantity }], { sagaId: saga }));
  return { productId, orderId, saga, quantity };
}

async function expired(quantity = 2, available = 10) {
  const made = await held(quantity, available);
  await stock.overdue(made.orderId);
  await stock.repository.expireOverdue(100);
  return made;
}

async function sold(quantity = 2, available = 10, orderId = newOrder()) {
  const made = await held(quantity, available, orderId);
  await stock.repository.submit(commitOf(made.orderId, made.saga));
  return made;
}

const backOf = (
  { orderId, productId, quantity }: { orderId: string; productId: string; quantity: number },
  more: Partial<StockReturn> = {},
): StockReturn => ({
  returnId: newOrder(),
  orderId,
  sagaId: newOrder(),
  lines: [{ productId, quantity }],
  disposition: 'RESTOCK',
  ...more,
});

async function stateOf(orderId: string, productId: string) {
  const [row] = await stock.query<{ status: string; back: number; expires_at: Date }>(
    `SELECT status, expires_at, returned + written_off AS back FROM reservations
      LEFT JOIN reservation_items USING (order_id) WHERE order_id = $1`,
    [orderId],
  );
  const { stock_quantity: available } = await stock.productRow(productId);
  return { available, status: row?.status, back: row?.back, until: row?.expires_at };
}

describe('extend', () => {
  it('makes a reservation last longer, never shorter, and tells its own time', async () => {
    const { orderId, productId, saga } = await held();
    const late = inDays(14);
    const answer = await stock.repository.submit(extendOf(orderId, late, saga));
    expect(answer).toEqual({ orderId, status: 'ACTIVE', expiresAt: late.toISOString() });
    const again = await stock.repository.submit(extendOf(orderId, inDays(1), saga));
    expect(again).toEqual(answer);
    expect(await stateOf(orderId, productId)).toMatchObject({ available: 8, until: late });
  });

  // R119
  it('takes the stock of an expired reservation again, once, 20 times at once', async () => {
    const { orderId, productId, saga } = await expired();
    const until = inDays(3);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nth) =>
        stock.repositories[nth % 2]!.submit(extendOf(orderId, until, saga)),
      ),
    );
    const lasting = { orderId, status: 'ACTIVE', expiresAt: until.toISOString() };
    expect(answers).toEqual(answers.map(() => lasting));
    expect(await stateOf(orderId, productId)).toMatchObject({ available: 8, status: 'ACTIVE' });
  });

  // R119
  it('says no for ever to an expired reservation whose stock was sold', async () => {
    const { orderId, productId, saga } = await expired(2, 2);
    await stock.repository.submit(reserveOf(newOrder(), [{ productId, quantity: 1 }]));
    const ask = () => stock.repository.submit(extendOf(orderId, inDays(3), saga));
    expect(verdict(await ask())).toBe('RESERVATION_EXPIRED');
    await stock.query('UPDATE products SET stock_quantity = 50 WHERE id = $1', [productId]);
    expect(verdict(await ask())).toBe('RESERVATION_EXPIRED');
    expect(verdict(await stock.repository.submit(commitOf(orderId, saga)))).toBe(
      'RESERVATION_EXPIRED',
    );
    expect(await stateOf(orderId, productId)).toMatchObject({ available: 50, status: 'EXPIRED' });
  });

  // R119
  it('says no to a reservation that was undone, and takes nothing', async () => {
    const { orderId, productId, saga } = await held();
    await stock.repository.submit(releaseOf(orderId, saga));
    const answer = await stock.repository.submit(extendOf(orderId, inDays(3), saga));
    expect(verdict(answer)).toBe('RESERVATION_RELEASED');
    expect(await stateOf(orderId, productId)).toMatchObject({ available: 10, status: 'RELEASED' });
  });

  it('keeps a sale as it is, and refuses other sagas and unknown orders', async () => {
    const made = await sold();
    const ask = (orderId: string, saga: string) =>
      stock.repository.submit(extendOf(orderId, inDays(3), saga));
    expect(await ask(made.orderId, made.saga)).toMatchObject({ status: 'CONSUMED' });
    await expect(ask(made.orderId, newOrder())).rejects.toMatchObject({ code: 'WRONG_SAGA' });
    await expect(ask(newOrder(), made.saga)).rejects.toMatchObject({
      code: 'RESERVATION_NOT_FOUND',
    });
  });

  it('outlives the sweeper', async () => {
    const { orderId, productId, saga } = await held();
    await stock.overdue(orderId);
    await stock.repository.submit(extendOf(orderId, inDays(1), saga));
    await stock.repository.expireOverdue(100);
    expect(await stateOf(orderId, productId)).toMatchObject({ available: 8, status: 'ACTIVE' });
  });
});

describe('return', () => {
  // R120
  it('puts the goods back once for each id, 20 times at once, and the sale stays a sale', async () => {
    const made = await sold();
    const back = backOf(made);
    await Promise.all(
      Array.from({ length: 20 }, (_, nth) => stock.returns[nth % 2]!.giveBack({ ...back })),
    );
    const { orderId, productId, saga } = made;
    const state = { available: 10, status: 'CONSUMED', back: 2 };
    expect(await stateOf(orderId, productId)).toMatchObject(state);
    expect(verdict(await stock.repository.submit(commitOf(orderId, saga)))).toBe('yes');
    expect(await stock.breaches()).toEqual([]);
  });

  it('writes off what does not go back into the stock', async () => {
    const made = await sold();
    const back = backOf(made, { disposition: 'WRITE_OFF' });
    await stock.returns[0]!.giveBack(back);
    expect(await stateOf(made.orderId, made.productId)).toMatchObject({ available: 8, back: 2 });
    const ledger = await stock.query(
      `SELECT change, kind, reason FROM stock_ledger WHERE product_id = $1 ORDER BY id DESC LIMIT 1`,
      [made.productId],
    );
    const reason = `return ${back.returnId}`;
    expect(ledger).toEqual([{ change: -2, kind: 'WRITE_OFF', reason }]);
    expect(await stock.breaches()).toEqual([]);
  });

  it('of more than is left is refused whole, also when two come at once', async () => {
    const made = await sold(3);
    const twice = await Promise.allSettled(
      [0, 1].map((nth) => stock.returns[nth]!.giveBack({ ...backOf({ ...made, quantity: 2 }) })),
    );
    expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = twice.find((each) => each.status === 'rejected');
    expect(refused).toMatchObject({ reason: { code: 'RETURN_EXCEEDS_SALE', retryable: false } });
    expect(await stateOf(made.orderId, made.productId)).toMatchObject({ available: 9, back: 2 });
  });

  it('under an id that another return has is refused', async () => {
    const made = await sold(3);
    const back = backOf({ ...made, quantity: 1 });
    await stock.returns[0]!.giveBack(back);
    for (const more of [{ disposition: 'WRITE_OFF' as const }, backOf(made)]) {
      const other = { ...back, ...more, returnId: back.returnId };
      await expect(stock.returns[0]!.giveBack(other)).rejects.toMatchObject({ code: 'WRONG_SAGA' });
    }
    expect(await stateOf(made.orderId, made.productId)).toMatchObject({ available: 8, back: 1 });
  });

  it('of what was not sold is a fault, and claims nothing', async () => {
    const made = await held();
    const back = backOf(made);
    await expect(stock.returns[0]!.giveBack(back)).rejects.toMatchObject({
      code: 'STOCK_NOT_SOLD',
    });
    const young = backOf({ ...made, orderId: newOrder() });
    await expect(stock.returns[0]!.giveBack(young)).rejects.toMatchObject({
      code: 'RESERVATION_NOT_FOUND',
    });
    await stock.repository.submit(commitOf(made.orderId, made.saga));
    await stock.returns[0]!.giveBack(back);
    expect(await stateOf(made.orderId, made.productId)).toMatchObject({ available: 10, back: 2 });
  });

  // R122
  it('leaves only the rest to a release', async () => {
    const made = await sold(3);
    await stock.returns[0]!.giveBack(backOf({ ...made, quantity: 2 }));
    await stock.repository.submit(releaseOf(made.orderId, made.saga));
    const { orderId, productId } = made;
    expect(await stateOf(orderId, productId)).toMatchObject({ available: 10, status: 'RELEASED' });
  });

  // R121
  it.each([
    ['RESTOCK', 10],
    ['WRITE_OFF', 8],
  ] as const)(
    'of an archived sale takes the lines of the command: %s',
    async (disposition, left) => {
      const made = await sold(2, 10, orderOf(500));
      await archived(made.orderId);
      const back = backOf(made, { disposition });
      await stock.returns[0]!.giveBack(back);
      await stock.returns[1]!.giveBack(back);
      expect(await stateOf(made.orderId, made.productId)).toMatchObject({
        available: left,
        status: undefined,
      });
      expect(await stock.breaches()).toEqual([]);
    },
  );

  it('before the archive leaves only the rest of the sale in the ledger', async () => {
    const made = await sold(3, 10, orderOf(500));
    await stock.returns[0]!.giveBack(backOf({ ...made, quantity: 1 }));
    await stock.returns[0]!.giveBack(
      backOf({ ...made, quantity: 1 }, { disposition: 'WRITE_OFF' }),
    );
    await archived(made.orderId);
    expect(await stock.breaches()).toEqual([]);
    expect(await stateOf(made.orderId, made.productId)).toMatchObject({ available: 8 });
  });

  it('is never rewritten', async () => {
    await stock.returns[0]!.giveBack(backOf(await sold()));
    await expect(stock.query('DELETE FROM stock_returns')).rejects.toThrow(/append-only/);
  });
});

async function archived(orderId: string): Promise<void> {
  await stock.query(
    `UPDATE reservations SET updated_at = now() - interval '450 days' WHERE order_id = $1`,
    [orderId],
  );
  const archive = new ReservationArchive(stock.databases[0]!, TERMS.keptDays);
  await archive.archive({ from: orderId, to: undefined }, 1);
  expect(await stock.reservation(orderId)).toBeUndefined();
}
