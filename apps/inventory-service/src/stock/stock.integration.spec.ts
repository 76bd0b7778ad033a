import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  commitOf,
  newOrder,
  releaseOf,
  reserveOf,
  stockFixture,
  verdict,
  type StockFixture,
} from '../testing/stock-fixture.js';

let stock: StockFixture;

beforeAll(async () => {
  stock = await stockFixture(2);
});

afterAll(async () => {
  expect(await stock.breaches()).toEqual([]);
  await stock.close();
});

/** The same command 20 times at once, half of them on another replica. */
function twentyTimes(command: Parameters<typeof stock.repository.submit>[0]) {
  return Promise.all(
    Array.from({ length: 20 }, (_, i) => stock.repositories[i % 2]!.submit({ ...command })),
  );
}

async function held(quantity = 2, available = 10) {
  const productId = await stock.product(available);
  const orderId = newOrder();
  await stock.repository.submit(reserveOf(orderId, [{ productId, quantity }]));
  return { productId, orderId };
}

async function expired(quantity = 2, available = 10) {
  const made = await held(quantity, available);
  await stock.overdue(made.orderId);
  expect(await stock.repository.expireOverdue(100)).toMatchObject([{ orderId: made.orderId }]);
  return made;
}

const stockOf = async (id: string) => (await stock.productRow(id)).stock_quantity;

describe('reserve', () => {
  it('takes the stock once and answers alike, 20 times at once on two replicas', async () => {
    const productId = await stock.product(200, '29.99');
    const orderId = newOrder();
    const answers = await twentyTimes(
      reserveOf(orderId, [{ productId, quantity: 2, claimedPriceMinor: 2999 }]),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({
      orderId,
      status: 'ACTIVE',
      items: [{ productId, quantity: 2, price: '29.99' }],
    });
    expect(await stock.productRow(productId)).toEqual({ stock_quantity: 198, version: 2 });
  });

  it('keeps a business rejection: repeats get it even when there is stock again; nothing moved', async () => {
    const productId = await stock.product(5);
    const command = reserveOf(newOrder(), [{ productId, quantity: 10 }]);
    const answers = await twentyTimes(command);
    expect(await stock.productRow(productId)).toEqual({ stock_quantity: 5, version: 1 });
    await stock.query('UPDATE products SET stock_quantity = 50 WHERE id = $1', [productId]);
    answers.push(await stock.repository.submit(command));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({
      code: 'INSUFFICIENT_STOCK',
      message: 'A thing: 5 available, 10 requested',
      details: [{ productId, name: 'A thing', available: 5, requested: 10 }],
    });
    expect(await stock.reservation(command.orderId)).toMatchObject({ status: 'REJECTED' });
  });

  it('takes all lines or none', async () => {
    const [plenty, little] = [await stock.product(200), await stock.product(5)];
    const answer = await stock.repository.submit(
      reserveOf(newOrder(), [
        { productId: plenty, quantity: 1 },
        { productId: little, quantity: 99 },
      ]),
    );
    expect(verdict(answer)).toBe('INSUFFICIENT_STOCK');
    expect(await stockOf(plenty)).toBe(200);
  });

  it('refuses a wrong price and an unknown product, and remembers both', async () => {
    const productId = await stock.product(5, '19.99');
    const wrong = reserveOf(newOrder(), [{ productId, quantity: 1, claimedPriceMinor: 1 }]);
    const unknown = reserveOf(newOrder(), [{ productId: newOrder(), quantity: 1 }]);
    const answers = await Promise.all([twentyTimes(wrong), twentyTimes(unknown)]);
    expect(answers.flat().map(verdict)).toEqual([
      ...Array.from({ length: 20 }, () => 'PRICE_CHANGED'),
      ...Array.from({ length: 20 }, () => 'PRODUCT_NOT_FOUND'),
    ]);
    expect(await stockOf(productId)).toBe(5);
  });

  it('sells 5 of a product to exactly 5 of 20 buyers on two replicas', async () => {
    const productId = await stock.product(5);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        stock.repositories[i % 2]!.submit(reserveOf(newOrder(), [{ productId, quantity: 1 }])),
      ),
    );
    expect(answers.filter((answer) => verdict(answer) === 'yes')).toHaveLength(5);
    expect(await stockOf(productId)).toBe(0);
  });

  it('lives as long as the asker needs, by the database’s clock', async () => {
    const productId = await stock.product(5);
    const orderId = newOrder();
    await stock.repository.submit(
      reserveOf(orderId, [{ productId, quantity: 1 }], { holdSeconds: 3600 }),
    );
    const [row] = await stock.query<{ seconds: number }>(
      `SELECT extract(epoch FROM expires_at - created_at)::int AS seconds
        FROM reservations WHERE order_id = $1`,
      [orderId],
    );
    expect(row?.seconds).toBe(3600);
  });

  it('that cannot be stored fails alone, not the neighbours in its batch', async () => {
    const productId = await stock.product(5);
    const demand = [{ productId, quantity: 1 }];
    const first = stock.repository.submit(reserveOf(newOrder(), demand));
    const bad = stock.repository.submit(reserveOf(newOrder(), demand, { sagaId: 'no uuid' }));
    const good = stock.repository.submit(reserveOf(newOrder(), demand));
    await expect(bad).rejects.toThrow('invalid input syntax for type uuid');
    expect([verdict(await first), verdict(await good)]).toEqual(['yes', 'yes']);
    expect(await stockOf(productId)).toBe(3);
  });
});

describe('release', () => {
  it('puts the stock of a reservation back once, 20 times at once', async () => {
    const { productId, orderId } = await held();
    expect((await twentyTimes(releaseOf(orderId))).map(verdict)).toEqual(Array(20).fill('yes'));
    expect(await stockOf(productId)).toBe(10);
    expect(await stock.reservation(orderId)).toMatchObject({ status: 'RELEASED' });
  });

  it('puts sold stock back', async () => {
    const { productId, orderId } = await held();
    await stock.repository.submit(commitOf(orderId));
    await stock.repository.submit(releaseOf(orderId));
    expect(await stockOf(productId)).toBe(10);
  });

  it('before reserve leaves a tombstone: the late reserve is refused and reserves nothing', async () => {
    const productId = await stock.product(5);
    const orderId = newOrder();
    await twentyTimes(releaseOf(orderId));
    const late = await twentyTimes(reserveOf(orderId, [{ productId, quantity: 1 }]));
    expect(late.map(verdict)).toEqual(Array(20).fill('RESERVATION_RELEASED'));
    expect(await stockOf(productId)).toBe(5);
  });

  it('of an expired reservation puts nothing back a second time', async () => {
    const { productId, orderId } = await expired();
    await twentyTimes(releaseOf(orderId));
    expect(await stockOf(productId)).toBe(10);
    expect(await stock.reservation(orderId)).toMatchObject({ status: 'RELEASED' });
  });

  it('leaves a rejected reservation rejected', async () => {
    const productId = await stock.product(1);
    const command = reserveOf(newOrder(), [{ productId, quantity: 2 }]);
    await stock.repository.submit(command);
    expect(verdict(await stock.repository.submit(releaseOf(command.orderId)))).toBe('yes');
    expect(await stock.reservation(command.orderId)).toMatchObject({ status: 'REJECTED' });
    expect(verdict(await stock.repository.submit(command))).toBe('INSUFFICIENT_STOCK');
  });

  it('and reserve of one order at once end with nothing held, whichever came first', async () => {
    const productId = await stock.product(50);
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        const orderId = newOrder();
        await Promise.all([
          stock.repositories[0]!.submit(reserveOf(orderId, [{ productId, quantity: 1 }])),
          stock.repositories[1]!.submit(releaseOf(orderId)),
        ]);
      }),
    );
    expect(await stockOf(productId)).toBe(50);
  });
});

describe('commit', () => {
  it('makes a reservation a sale, once and for all repeats', async () => {
    const { productId, orderId } = await held();
    expect((await twentyTimes(commitOf(orderId))).map(verdict)).toEqual(Array(20).fill('yes'));
    expect(await stockOf(productId)).toBe(8);
    expect(await stock.reservation(orderId)).toMatchObject({ status: 'CONSUMED' });
  });

  it('of an expired reservation takes its lines again while there is stock', async () => {
    const { productId, orderId } = await expired();
    expect((await twentyTimes(commitOf(orderId))).map(verdict)).toEqual(Array(20).fill('yes'));
    expect(await stockOf(productId)).toBe(8);
  });

  it('of an expired reservation whose stock is gone is refused, and stays refused', async () => {
    const { productId, orderId } = await expired(5, 5);
    await stock.repository.submit(reserveOf(newOrder(), [{ productId, quantity: 1 }]));
    const answers = await twentyTimes(commitOf(orderId));
    await stock.query('UPDATE products SET stock_quantity = 100 WHERE id = $1', [productId]);
    answers.push(await stock.repository.submit(commitOf(orderId)));
    expect(new Set(answers.map(verdict))).toEqual(new Set(['RESERVATION_EXPIRED']));
    expect(await stockOf(productId)).toBe(100);
    await stock.repository.submit(releaseOf(orderId));
    expect(await stock.reservation(orderId)).toMatchObject({ status: 'RELEASED' });
  });

  it('of an expired reservation answers a repeated reserve with the first yes', async () => {
    const { productId, orderId } = await expired();
    const again = await stock.repository.submit(reserveOf(orderId, [{ productId, quantity: 2 }]));
    expect(again).toMatchObject({ status: 'ACTIVE', items: [{ productId, quantity: 2 }] });
    expect(await stockOf(productId)).toBe(10);
  });

  it('of a released reservation is refused', async () => {
    const { orderId } = await held();
    await stock.repository.submit(releaseOf(orderId));
    expect(verdict(await stock.repository.submit(commitOf(orderId)))).toBe('RESERVATION_RELEASED');
  });

  it('of an order without a reservation is a fault that no retry cures', async () => {
    await expect(stock.repository.submit(commitOf(newOrder()))).rejects.toMatchObject({
      code: 'RESERVATION_NOT_FOUND',
      retryable: false,
    });
  });
});

describe('a reservation of one saga', () => {
  it('answers no command of another saga, and changes nothing for it', async () => {
    const productId = await stock.product(5);
    const [orderId, mine, other] = [newOrder(), newOrder(), newOrder()];
    const demand = [{ productId, quantity: 1 }];
    await stock.repository.submit(reserveOf(orderId, demand, { sagaId: mine }));
    for (const command of [
      reserveOf(orderId, demand, { sagaId: other }),
      commitOf(orderId, other),
      releaseOf(orderId, other),
    ]) {
      await expect(stock.repository.submit(command)).rejects.toMatchObject({
        code: 'WRONG_SAGA',
        retryable: false,
      });
    }
    expect(await stock.reservation(orderId)).toMatchObject({ status: 'ACTIVE', saga_id: mine });
    expect(verdict(await stock.repository.submit(commitOf(orderId, mine)))).toBe('yes');
  });

  it('keeps its stock from a release without a saga, and gives it back to its own', async () => {
    const productId = await stock.product(5);
    const demand = [{ productId, quantity: 2 }];
    for (const isSold of [false, true]) {
      const [orderId, mine] = [newOrder(), newOrder()];
      await stock.repository.submit(reserveOf(orderId, demand, { sagaId: mine }));
      if (isSold) await stock.repository.submit(commitOf(orderId, mine));
      const status = isSold ? 'CONSUMED' : 'ACTIVE';
      const refused = { code: isSold ? 'ORDER_CONFIRMED' : 'WRONG_SAGA', retryable: false };
      await expect(stock.repository.submit(releaseOf(orderId))).rejects.toMatchObject(refused);
      expect(await stock.reservation(orderId)).toMatchObject({ status });
      expect(await stock.productRow(productId)).toMatchObject({ stock_quantity: 3 });
      expect(verdict(await stock.repository.submit(releaseOf(orderId, mine)))).toBe('yes');
      expect(await stock.productRow(productId)).toMatchObject({ stock_quantity: 5 });
      expect(verdict(await stock.repository.submit(releaseOf(orderId)))).toBe('yes');
    }
    expect(await stock.breaches()).toEqual([]);
  });

  it('serves the neighbours of a release that it refuses', async () => {
    const productId = await stock.product(9);
    const demand = [{ productId, quantity: 1 }];
    const [kept, mine, left, right] = [newOrder(), newOrder(), newOrder(), newOrder()];
    await stock.repository.submit(reserveOf(kept, demand, { sagaId: mine }));
    await stock.repository.submit(reserveOf(left, demand));
    const outcomes = await Promise.allSettled([
      stock.repository.submit(releaseOf(left)),
      stock.repository.submit(releaseOf(kept)),
      stock.repository.submit(reserveOf(right, demand)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await stock.productRow(productId)).toMatchObject({ stock_quantity: 7 });
  });
});
