import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  commitOf,
  extendOf,
  newOrder,
  releaseOf,
  reserveOf,
  stockFixture,
  verdict,
  type StockFixture,
} from '../testing/stock-fixture.js';
import type { Reservation } from './reservation.js';
import { StockLevels } from './stock-levels.js';
import { giveBack, type StockReturn } from './stock-return.js';
import { commit, expire, extend, release, reserve } from './stock.js';

let stock: StockFixture;

beforeAll(async () => {
  stock = await stockFixture();
});
afterAll(() => stock.close());

async function stateOf(orderId: string, productId: string) {
  const [row] = await stock.query<{ status: string; back: number; expires_at: Date }>(
    `SELECT status, expires_at, returned + written_off AS back FROM reservations
      LEFT JOIN reservation_items USING (order_id) WHERE order_id = $1`,
    [orderId],
  );
  const { stock_quantity: available } = await stock.productRow(productId);
  return { available, status: row?.status, back: row?.back, until: row?.expires_at };
}

describe('the stock after any history of one order', () => {
  it('is what the decisions come to, one after another', async () => {
    const kinds = ['reserve', 'commit', 'release', 'extend', 'expire', 'return'] as const;
    for (let run = 0; run < 120; run += 1) {
      const productId = await stock.product(5);
      const [orderId, saga] = [newOrder(), newOrder()];
      const model = new StockLevels([
        { id: productId, name: 'A thing', priceMinor: 1_000, available: 5, isOffered: true },
      ]);
      let row: Reservation | undefined;
      const told: string[] = [];
      for (let step = 0; step < 7; step += 1) {
        const kind = kinds[Math.floor(Math.random() * kinds.length)]!;
        const quantity = 1 + Math.floor(Math.random() * 2);
        told.push(`${kind} ${quantity}`);
        const isAway = step % 3 === 2; // somebody else buys
        if (isAway) {
          const other = await stock.repository.submit(
            reserveOf(newOrder(), [{ productId, quantity }]),
          );
          if (verdict(other) === 'yes') model.take([{ productId, quantity }]);
        }
        row = await played(kind, quantity, { row, model, orderId, productId, saga });
        const state = await stateOf(orderId, productId);
        expect([told, state.status, state.available]).toEqual([
          told,
          row?.status,
          model.find(productId)?.available,
        ]);
        expect(state.back ?? 0).toBe(row?.lines[0]?.back ?? 0);
      }
    }
    expect(await stock.breaches()).toEqual([]);
  });
});

interface Played {
  row: Reservation | undefined;
  model: StockLevels;
  orderId: string;
  productId: string;
  saga: string;
}

/** One command, by SQL and by the pure decisions; answers the reservation as these have it. */
async function played(
  kind: 'reserve' | 'commit' | 'release' | 'extend' | 'expire' | 'return',
  quantity: number,
  { row, model, orderId, productId, saga }: Played,
): Promise<Reservation | undefined> {
  const empty: Reservation = {
    orderId,
    sagaId: saga,
    status: 'ACTIVE',
    expiresAt: '2026-01-01T00:00:00.000Z',
    lines: [],
    refusal: null,
  };
  const demand = [{ productId, quantity }];
  if (kind === 'reserve') {
    await stock.repository.submit(reserveOf(orderId, demand, { sagaId: saga }));
    return row ?? reserve(empty, demand, model, 2);
  }
  if (kind === 'release') {
    await stock.repository.submit(releaseOf(orderId, saga));
    return row ? release(row, model) : { ...empty, status: 'RELEASED' };
  }
  if (kind === 'expire') {
    await stock.overdue(orderId);
    await stock.repository.expireOverdue(1_000);
    return row && expire(row, model);
  }
  if (kind === 'return') {
    const lines = [{ productId, quantity }];
    const back: StockReturn = {
      returnId: newOrder(),
      orderId,
      sagaId: newOrder(),
      lines,
      disposition: 'RESTOCK',
    };
    const taken = await stock.returns[0]!.giveBack(back).catch(() => undefined);
    if (!row || !taken) return row;
    giveBack(back, row, model);
    const left = row.lines.map((line) => ({ ...line, back: (line.back ?? 0) + quantity }));
    return { ...row, lines: left };
  }
  const until = new Date(Date.now() + 86_400_000);
  const command = kind === 'commit' ? commitOf(orderId, saga) : extendOf(orderId, until, saga);
  await stock.repository.submit(command).catch(() => undefined);
  if (!row) return undefined;
  return kind === 'commit' ? commit(row, model) : extend(row, until.toISOString(), model);
}
