import { describe, expect, it } from '@jest/globals';
import { Fault, newUuid, RESERVATION_STATUSES } from '@backstitch/shared-types';
import type { Reservation } from './reservation.js';
import { release } from './stock.js';
import { StockLevels } from './stock-levels.js';
import { giveBack, mayBeArchived, type StockReturn, summedLines } from './stock-return.js';

const product = (id: string) => ({
  id,
  name: id,
  priceMinor: 100,
  available: 5,
  isOffered: true,
});
const levels = () => new StockLevels([product('a'), product('b')]);
const sold = (more: Partial<Reservation> = {}): Reservation => ({
  orderId: 'o',
  sagaId: 'placement',
  status: 'CONSUMED',
  expiresAt: '2026-01-01T00:00:00.000Z',
  lines: [
    { productId: 'a', quantity: 3, priceMinor: 100, back: 1 },
    { productId: 'b', quantity: 1, priceMinor: 100 },
  ],
  refusal: null,
  ...more,
});
const back = (more: Partial<StockReturn> = {}): StockReturn => ({
  returnId: 'r',
  orderId: 'o',
  sagaId: 'cancellation',
  lines: [{ productId: 'a', quantity: 2 }],
  disposition: 'RESTOCK',
  ...more,
});

describe('goods that come back', () => {
  it('are in stock again, and in no row of the ledger', () => {
    const after = levels();
    const { items, ledger } = giveBack(back(), sold(), after);
    expect(after.changes()).toEqual([{ productId: 'a', change: 2, moves: 1 }]);
    expect({ items, ledger }).toEqual({ items: back().lines, ledger: [] });
  });

  it('are in no stock when they are written off, and in the ledger', () => {
    const after = levels();
    const { items, ledger } = giveBack(back({ disposition: 'WRITE_OFF' }), sold(), after);
    expect(after.changes()).toEqual([]);
    expect(items).toEqual(back().lines);
    expect(ledger).toEqual([{ productId: 'a', change: -2, kind: 'WRITE_OFF' }]);
  });

  // R121
  it.each([
    ['RESTOCK', 2, [['SOLD', 2]]],
    [
      'WRITE_OFF',
      0,
      [
        ['SOLD', 2],
        ['WRITE_OFF', -2],
      ],
    ],
  ] as const)(
    'of an archived reservation are those of the command: %s',
    (disposition, change, booked) => {
      const after = levels();
      const { items, ledger } = giveBack(back({ disposition }), undefined, after);
      expect(items).toEqual([]);
      expect(ledger.map((row) => [row.kind, row.change])).toEqual(booked);
      const moved = change === 0 ? [] : [{ productId: 'a', change, moves: 1 }];
      expect(after.changes()).toEqual(moved);
    },
  );

  it.each(RESERVATION_STATUSES.filter((status) => status !== 'CONSUMED'))(
    'are refused while the reservation is %s: it was not sold',
    (status) => {
      const after = levels();
      const take = () => giveBack(back(), sold({ status }), after);
      expect(take).toThrow(expect.objectContaining({ code: 'STOCK_NOT_SOLD', retryable: false }));
      expect(after.changes()).toEqual([]);
    },
  );

  it.each([
    ['more than is left of a product', [{ productId: 'a', quantity: 3 }]],
    ['a product that was not sold', [{ productId: 'c', quantity: 1 }]],
  ])('are refused with %s', (_what, lines) => {
    const after = levels();
    expect(() => giveBack(back({ lines }), sold(), after)).toThrow(Fault);
    expect(after.changes()).toEqual([]);
  });

  it('of an archived reservation are refused when there is no such product', () => {
    const lines = [{ productId: 'c', quantity: 1 }];
    expect(() => giveBack(back({ lines }), undefined, levels())).toThrow(/no product/);
  });

  // R122
  it('do not come back twice when the rest of the sale is undone', () => {
    const after = levels();
    release(sold(), after);
    expect(after.changes()).toEqual([
      { productId: 'a', change: 2, moves: 1 },
      { productId: 'b', change: 1, moves: 1 },
    ]);
  });

  it('are one line a product, in the order of products', () => {
    const lines = [
      { productId: 'b', quantity: 1 },
      { productId: 'a', quantity: 1 },
      { productId: 'b', quantity: 2 },
    ];
    expect(summedLines(lines)).toEqual([
      { productId: 'a', quantity: 1 },
      { productId: 'b', quantity: 3 },
    ]);
  });

  it('may be of an archived reservation only when the order is old, or tells no age', () => {
    const young = newUuid();
    const madeMs = Number.parseInt(young.slice(0, 8) + young.slice(9, 13), 16);
    expect(mayBeArchived(young, 10, madeMs + 9 * 86_400_000)).toBe(false);
    expect(mayBeArchived(young, 10, madeMs + 11 * 86_400_000)).toBe(true);
    expect(mayBeArchived('660facf7-b9cf-417a-8ee1-27afe2fb2c72', 10, madeMs)).toBe(true);
  });
});
