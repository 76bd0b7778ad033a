import { describe, expect, it } from '@jest/globals';
import { answerTo, type Reservation } from './reservation.js';
import { StockLevels } from './stock-levels.js';
import { refuse } from './stock.js';

const MOUSE = { id: 'p1', name: 'Mouse', priceMinor: 2999, available: 50, isOffered: true };
const NEW: Reservation = {
  orderId: 'o1',
  sagaId: 's1',
  status: 'ACTIVE',
  expiresAt: '2026-11-30T12:00:00Z',
  lines: [],
  refusal: null,
};

describe('a reservation that is refused on purpose', () => {
  it('takes nothing, and keeps its refusal as one of too little stock', () => {
    const levels = new StockLevels([MOUSE]);
    const after = refuse(NEW, [{ productId: 'p1', quantity: 2 }], levels);
    expect(after).toMatchObject({ status: 'REJECTED', lines: [] });
    expect(levels.changes()).toEqual([]);
    expect(answerTo('reserve', after, 2)).toMatchObject({
      code: 'INSUFFICIENT_STOCK',
      details: [{ productId: 'p1', name: 'Mouse', requested: 2, available: 0 }],
    });
  });
});
