import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Reservation, Refusal } from './reservation.js';
import { StockLevels } from './stock-levels.js';
import { commit, expire, release, reserve, type Demand } from './stock.js';

const DIGITS = 2;
const MOUSE = { id: 'm', name: 'Mouse', priceMinor: 2999, available: 200, isOffered: true };
const LIMITED = { id: 'l', name: 'Limited', priceMinor: 1999, available: 5, isOffered: true };

function reservation(status: Reservation['status'], over: Partial<Reservation> = {}): Reservation {
  return {
    orderId: 'o',
    sagaId: 's',
    status,
    expiresAt: '2026-01-01T00:00:00.000Z',
    lines: [{ productId: 'l', quantity: 2, priceMinor: 1999 }],
    refusal: null,
    ...over,
  };
}

const fresh = () => reservation('ACTIVE', { lines: [] });
const levels = (available = LIMITED.available) =>
  new StockLevels([MOUSE, { ...LIMITED, available }]);
const movesOf = (s: StockLevels) => s.changes().map((each) => `${each.productId}${each.change}`);

describe('a product that its seller does not offer', () => {
  const withdrawn = () => new StockLevels([MOUSE, { ...LIMITED, isOffered: false }]);
  const details = [{ productId: 'l', name: 'Limited', unavailable: true }];

  it('is refused by a code that every definition declares, with a mark, and moves nothing', () => {
    const stock = withdrawn();
    const demand = ['m', 'l'].map((productId) => ({ productId, quantity: 1 }));
    const { status, refusal } = reserve(fresh(), demand, stock, DIGITS);
    expect([status, refusal]).toEqual([
      'REJECTED',
      { code: 'PRODUCT_NOT_FOUND', message: 'Limited cannot be bought now', details },
    ]);
    expect(movesOf(stock)).toEqual([]);
  });

  it('is refused after a product that does not exist, and before a wrong price', () => {
    const wrongPrice = { productId: 'm', quantity: 1, claimedPriceMinor: 1 };
    const [unknown, off] = ['x', 'l'].map((productId) => ({ productId, quantity: 1 }));
    const both = reserve(fresh(), [off!, unknown!], withdrawn(), DIGITS);
    expect(both.refusal?.details).toEqual([{ productId: 'x' }]);
    const repriced = reserve(fresh(), [off!, wrongPrice], withdrawn(), DIGITS);
    expect(repriced.refusal?.details).toEqual(details);
  });

  it('is released and sold as any other when it was reserved before', () => {
    const stock = withdrawn();
    expect(commit(reservation('EXPIRED'), stock).status).toBe('CONSUMED');
    expect(release(reservation('CONSUMED'), stock).status).toBe('RELEASED');
  });
});

describe('reserve', () => {
  const cases: [what: string, demand: Demand[], code: string | undefined, moves: string[]][] = [
    ['one line', [{ productId: 'm', quantity: 2, claimedPriceMinor: 2999 }], undefined, ['m-2']],
    ['no claimed price', [{ productId: 'm', quantity: 2 }], undefined, ['m-2']],
    ['the last unit', [{ productId: 'l', quantity: 5 }], undefined, ['l-5']],
    ['one too many', [{ productId: 'l', quantity: 6 }], 'INSUFFICIENT_STOCK', []],
    [
      'one product on two lines: summed first',
      [
        { productId: 'l', quantity: 3 },
        { productId: 'l', quantity: 3 },
      ],
      'INSUFFICIENT_STOCK',
      [],
    ],
    [
      'all or nothing',
      [
        { productId: 'm', quantity: 1 },
        { productId: 'l', quantity: 99 },
      ],
      'INSUFFICIENT_STOCK',
      [],
    ],
    [
      'a price that is not the catalogue’s',
      [{ productId: 'm', quantity: 1, claimedPriceMinor: 1 }],
      'PRICE_CHANGED',
      [],
    ],
    [
      'two claims, one of them wrong',
      [
        { productId: 'm', quantity: 1, claimedPriceMinor: 2999 },
        { productId: 'm', quantity: 1, claimedPriceMinor: 2998 },
      ],
      'PRICE_CHANGED',
      [],
    ],
    ['an unknown product', [{ productId: 'x', quantity: 1 }], 'PRODUCT_NOT_FOUND', []],
  ];

  it.each(cases)('decides %s', (_what, demand, code, moves) => {
    const on = levels();
    const after = reserve(fresh(), demand, on, DIGITS);
    expect(after.status).toBe(code ? 'REJECTED' : 'ACTIVE');
    expect(after.refusal?.code).toBe(code);
    expect(movesOf(on)).toEqual(moves);
  });

  it('names the product, what is available and what was asked', () => {
    const { refusal } = reserve(fresh(), [{ productId: 'l', quantity: 10 }], levels(), DIGITS);
    expect(refusal).toEqual({
      code: 'INSUFFICIENT_STOCK',
      message: 'Limited: 5 available, 10 requested',
      details: [{ productId: 'l', name: 'Limited', available: 5, requested: 10 }],
    } satisfies Refusal);
  });

  it('tells both prices', () => {
    const demand = [{ productId: 'm', quantity: 1, claimedPriceMinor: 1 }];
    const { refusal } = reserve(fresh(), demand, levels(), DIGITS);
    expect(refusal?.details).toEqual([
      { productId: 'm', name: 'Mouse', claimedPrice: '0.01', cataloguePrice: '29.99' },
    ]);
    expect(refusal?.message).toBe('Mouse costs 29.99, not 0.01');
  });

  it('keeps the unit price with each line, one line a product in product order', () => {
    const demand = [
      { productId: 'm', quantity: 1 },
      { productId: 'l', quantity: 1 },
      { productId: 'm', quantity: 2 },
    ];
    expect(reserve(fresh(), demand, levels(), DIGITS).lines).toEqual([
      { productId: 'l', quantity: 1, priceMinor: 1999 },
      { productId: 'm', quantity: 3, priceMinor: 2999 },
    ]);
  });

  it('does not count a refused order’s demand against the next', () => {
    const on = levels();
    expect(reserve(fresh(), [{ productId: 'l', quantity: 6 }], on, DIGITS).status).toBe('REJECTED');
    expect(reserve(fresh(), [{ productId: 'l', quantity: 5 }], on, DIGITS).status).toBe('ACTIVE');
  });
});

describe('what becomes of a reservation', () => {
  const sold: Refusal = { code: 'RESERVATION_EXPIRED', message: 'sold', details: [] };
  const no: Refusal = { code: 'INSUFFICIENT_STOCK', message: 'no', details: [] };
  const rejected = reservation('REJECTED', { lines: [], refusal: no });
  const lost = reservation('EXPIRED', { refusal: sold });
  type Decision = (reservation: Reservation, on: StockLevels) => Reservation;
  const cases: [string, Decision, Reservation, number, Reservation['status'], string[]][] = [
    // command, reservation before, available, status after, moves
    ['commit', commit, reservation('ACTIVE'), 5, 'CONSUMED', []],
    ['commit', commit, reservation('CONSUMED'), 5, 'CONSUMED', []],
    ['commit', commit, reservation('EXPIRED'), 2, 'CONSUMED', ['l-2']],
    ['commit', commit, reservation('EXPIRED'), 1, 'EXPIRED', []],
    ['commit', commit, lost, 5, 'EXPIRED', []],
    ['commit', commit, reservation('RELEASED'), 5, 'RELEASED', []],
    ['commit', commit, rejected, 5, 'REJECTED', []],
    ['release', release, reservation('ACTIVE'), 5, 'RELEASED', ['l2']],
    ['release', release, reservation('CONSUMED'), 5, 'RELEASED', ['l2']],
    ['release', release, reservation('EXPIRED'), 5, 'RELEASED', []],
    ['release', release, reservation('RELEASED'), 5, 'RELEASED', []],
    ['release', release, rejected, 5, 'REJECTED', []],
    ['expire', expire, reservation('ACTIVE'), 5, 'EXPIRED', ['l2']],
    ['expire', expire, reservation('CONSUMED'), 5, 'CONSUMED', []],
    ['expire', expire, reservation('RELEASED'), 5, 'RELEASED', []],
  ];

  it.each(cases)('%s of %#', (_name, decision, before, available, status, moves) => {
    const on = levels(available);
    expect(decision(before, on).status).toBe(status);
    expect(movesOf(on)).toEqual(moves);
  });

  it('remembers why an expired reservation could not be committed', () => {
    expect(commit(reservation('EXPIRED'), levels(1)).refusal).toEqual({
      code: 'RESERVATION_EXPIRED',
      message: 'The reservation expired and its stock was sold: Limited: 1 available, 2 requested',
      details: [{ productId: 'l', name: 'Limited', available: 1, requested: 2 }],
    });
  });
});

describe('any order of any decisions', () => {
  const demand = fc.array(
    fc.record({
      productId: fc.constantFrom('a', 'b', 'c', 'unknown'),
      quantity: fc.integer({ min: 1, max: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  );
  const step = fc.record({
    kind: fc.constantFrom('reserve', 'reserve', 'commit', 'release', 'expire'),
    order: fc.integer({ min: 0, max: 7 }),
    demand,
  });

  it('never oversells, and what was received stays available, held or sold', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat({ max: 12 }), (steps, stock) => {
        const products = ['a', 'b', 'c'].map((id) => {
          return { id, name: id, priceMinor: 100, available: stock, isOffered: true };
        });
        const on = new StockLevels(products);
        const reservations = new Map<number, Reservation>();
        for (const { kind, order, demand } of steps) {
          const before = reservations.get(order);
          if (!before && kind === 'reserve') {
            reservations.set(order, reserve(fresh(), demand, on, DIGITS));
          } else if (before && kind !== 'reserve') {
            reservations.set(order, { commit, release, expire }[kind as 'commit'](before, on));
          }
          for (const { id } of products) {
            const { available } = on.find(id)!;
            expect(available).toBeGreaterThanOrEqual(0);
            expect(available + notInStock(reservations, id)).toBe(stock);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  function notInStock(reservations: Map<number, Reservation>, productId: string): number {
    return [...reservations.values()]
      .filter(({ status }) => status === 'ACTIVE' || status === 'CONSUMED')
      .flatMap(({ lines }) => lines)
      .filter((line) => line.productId === productId)
      .reduce((sum, line) => sum + line.quantity, 0);
  }
});
