import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  commitOf,
  orderOf,
  releaseOf,
  reserveOf,
  stockFixture,
  type StockFixture,
  TERMS,
  verdict,
} from '../testing/stock-fixture.js';
import type { StockCommand } from './stock.transaction.js';

let stock: StockFixture;
beforeAll(async () => {
  stock = await stockFixture();
});
afterAll(() => stock.close());

const answerTo = (command: StockCommand) => stock.repository.submit(command).then(verdict);
const anywhere = async () => {
  const productId = await stock.product(5);
  const demand = [{ productId, quantity: 1 }];
  const left = async () => (await stock.productRow(productId)).stock_quantity;
  return { demand, left };
};

describe('a command of an order that is older than reservations are kept', () => {
  it.each([
    ['reserve', reserveOf],
    ['release', (orderId: string) => releaseOf(orderId)],
    ['commit', (orderId: string) => commitOf(orderId)],
  ])('and has no reservation is a fault: %s leaves nothing behind', async (_kind, commandOf) => {
    const orderId = orderOf(TERMS.keptDays + 1);
    const { demand, left } = await anywhere();
    const command = commandOf(orderId, demand);
    const told = { code: 'RESERVATION_NOT_FOUND', retryable: false };
    await expect(stock.repository.submit(command)).rejects.toMatchObject(told);
    expect(await stock.reservation(orderId)).toBeUndefined();
    expect(await left()).toBe(5);
  });

  it('does not keep those that share its transaction from their answers', async () => {
    const [old, young] = [orderOf(TERMS.keptDays + 1), orderOf(0)];
    const { demand, left } = await anywhere();
    const [late, inTime] = await Promise.allSettled([
      stock.repository.submit(releaseOf(old)),
      stock.repository.submit(reserveOf(young, demand)),
    ]);
    expect([late.status, inTime.status]).toEqual(['rejected', 'fulfilled']);
    expect(await left()).toBe(4);
  });

  it('finds its reservation all the same while that is there', async () => {
    const orderId = orderOf(TERMS.keptDays + 1);
    await stock.query(
      `INSERT INTO reservations (order_id, status, expires_at) VALUES ($1, 'RELEASED', now())`,
      [orderId],
    );
    const { demand, left } = await anywhere();
    expect(await answerTo(releaseOf(orderId))).toBe('yes');
    expect(await answerTo(reserveOf(orderId, demand))).toBe('RESERVATION_RELEASED');
    expect(await left()).toBe(5);
  });
});

describe('a command that comes late, while reservations of its order would be kept', () => {
  it.each([
    ['as old as almost that', orderOf(TERMS.keptDays - 1)],
    ['of an id that tells no time', randomUUID()],
    ['of such an id that would tell an old one', `00000000${randomUUID().slice(8)}`],
  ])('is served as ever: %s', async (_what, orderId) => {
    const { demand, left } = await anywhere();
    expect(await answerTo(releaseOf(orderId))).toBe('yes');
    expect(await answerTo(reserveOf(orderId, demand))).toBe('RESERVATION_RELEASED');
    expect(await stock.reservation(orderId)).toMatchObject({ status: 'RELEASED' });
    expect(await left()).toBe(5);
  });
});
