import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newOrder, reserveOf, stockFixture, type StockFixture } from '../testing/stock-fixture.js';

let stock: StockFixture;

beforeAll(async () => {
  stock = await stockFixture();
});

afterAll(async () => {
  await stock.close();
});

const ledgerOf = (productId: string) =>
  stock.query('SELECT change, kind FROM stock_ledger WHERE product_id = $1 ORDER BY id', [
    productId,
  ]);

describe('the stock ledger', () => {
  it('records a new product and a direct UPDATE of its stock, but no change by a reservation', async () => {
    const productId = await stock.product(10);
    await stock.repository.submit(reserveOf(newOrder(), [{ productId, quantity: 3 }]));
    await stock.query('UPDATE products SET stock_quantity = 100, version = 9 WHERE id = $1', [
      productId,
    ]);
    expect(await ledgerOf(productId)).toEqual([
      { change: 10, kind: 'CORRECTION' },
      { change: 93, kind: 'CORRECTION' },
    ]);
    expect(await stock.breaches()).toEqual([]);
  });

  it('records an UPDATE on a connection that changed reservations before', async () => {
    const productId = await stock.product(10);
    await stock.query(
      `BEGIN; SET LOCAL backstitch.stock_move = 'HOLD'; COMMIT;
        UPDATE products SET stock_quantity = 4 WHERE id = '${productId}'`,
    );
    expect(await ledgerOf(productId)).toContainEqual({ change: -6, kind: 'CORRECTION' });
  });

  it('calls a restock what it calls itself', async () => {
    const productId = await stock.product(1);
    await stock.query(
      `BEGIN; SET LOCAL backstitch.stock_move = 'RESTOCK';
        UPDATE products SET stock_quantity = 6 WHERE id = '${productId}'; COMMIT`,
    );
    expect(await ledgerOf(productId)).toContainEqual({ change: 5, kind: 'RESTOCK' });
  });

  it('names the caller and the reason that a transaction gives, and none where it gives none', async () => {
    const productId = await stock.product(5);
    await stock.query(
      `BEGIN; SET LOCAL backstitch.stock_move = 'WRITE_OFF'; SET LOCAL backstitch.actor = 'u:me';
        SET LOCAL backstitch.reason = 'broken';
        UPDATE products SET stock_quantity = 3 WHERE id = '${productId}'; COMMIT`,
    );
    await stock.query('UPDATE products SET stock_quantity = 4 WHERE id = $1', [productId]);
    const entries = await stock.query(
      'SELECT change, kind, actor, reason FROM stock_ledger WHERE product_id = $1 ORDER BY id',
      [productId],
    );
    expect(entries).toEqual([
      { change: 5, kind: 'CORRECTION', actor: null, reason: null },
      { change: -2, kind: 'WRITE_OFF', actor: 'u:me', reason: 'broken' },
      { change: 1, kind: 'CORRECTION', actor: null, reason: null },
    ]);
    expect(await stock.breaches()).toEqual([]);
  });

  it('records a deleted product, and keeps one that orders name', async () => {
    const [unsold, sold] = [await stock.product(7), await stock.product(7)];
    await stock.repository.submit(reserveOf(newOrder(), [{ productId: sold, quantity: 1 }]));
    await stock.query('DELETE FROM products WHERE id = $1', [unsold]);
    expect(await ledgerOf(unsold)).toContainEqual({ change: -7, kind: 'CORRECTION' });
    await expect(stock.query('DELETE FROM products WHERE id = $1', [sold])).rejects.toThrow(
      'set its stock_quantity to 0',
    );
  });

  it('is append-only', async () => {
    for (const statement of ['UPDATE stock_ledger SET change = 0', 'DELETE FROM stock_ledger']) {
      await expect(stock.query(statement)).rejects.toThrow('append-only');
    }
  });

  it('never lets stock become negative', async () => {
    const productId = await stock.product(1);
    await expect(
      stock.query('UPDATE products SET stock_quantity = -1 WHERE id = $1', [productId]),
    ).rejects.toThrow('products_stock_quantity_check');
  });
});
