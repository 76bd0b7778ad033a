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

async function held(quantity: number, available: number) {
  const productId = await stock.product(available);
  const orderId = newOrder();
  await stock.repository.submit(reserveOf(orderId, [{ productId, quantity }]));
  return { productId, orderId };
}

const stockOf = async (id: string) => (await stock.productRow(id)).stock_quantity;

describe('a product', () => {
  it.each([
    ['archived', 'archived_at = now()'],
    ['not offered', 'is_available = false'],
  ])(
    'that is %s is refused, and the refusal is repeated when the product is back',
    async (_what, set) => {
      const productId = await stock.product(5);
      await stock.query(`UPDATE products SET ${set} WHERE id = $1`, [productId]);
      const command = reserveOf(newOrder(), [{ productId, quantity: 1 }]);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => stock.repositories[i % 2]!.submit({ ...command })),
      );
      const back = 'UPDATE products SET archived_at = NULL, is_available = true WHERE id = $1';
      await stock.query(back, [productId]);
      answers.push(await stock.repository.submit(command));
      const details = [{ productId, name: 'A thing', unavailable: true }];
      for (const answer of answers) expect(answer).toMatchObject({ details });
      expect(new Set(answers.map(verdict))).toEqual(new Set(['PRODUCT_NOT_FOUND']));
      expect(await stockOf(productId)).toBe(5);
    },
  );

  it('that was reserved before it was archived is sold, and given back', async () => {
    const [sold, undone] = [await held(2, 10), await held(2, 10)];
    const ids = [sold.productId, undone.productId];
    await stock.query('UPDATE products SET archived_at = now() WHERE id = ANY ($1)', [ids]);
    expect(verdict(await stock.repository.submit(commitOf(sold.orderId)))).toBe('yes');
    expect(verdict(await stock.repository.submit(releaseOf(undone.orderId)))).toBe('yes');
    expect([await stockOf(sold.productId), await stockOf(undone.productId)]).toEqual([8, 10]);
  });
});
