import { describe, expect, it } from '@jest/globals';
import { Rejection, type ReservationStatus } from '@backstitch/shared-types';
import {
  answerTo,
  releaseFault,
  sagaMismatch,
  type Reservation,
  type StockCommandKind,
} from './reservation.js';

const no = { code: 'INSUFFICIENT_STOCK', message: 'no', details: [] };
const sold = { code: 'RESERVATION_EXPIRED', message: 'sold', details: [] };

function reservation(
  status: ReservationStatus,
  refusal: Reservation['refusal'] = null,
): Reservation {
  return {
    orderId: 'o',
    sagaId: 'mine',
    status,
    expiresAt: '2026-01-01T00:00:00.000Z',
    lines: [{ productId: 'm', quantity: 2, priceMinor: 2999 }],
    refusal,
  };
}

describe('the answer read from a reservation', () => {
  const cases: [StockCommandKind, Reservation, string][] = [
    ['reserve', reservation('ACTIVE'), 'yes'],
    ['reserve', reservation('CONSUMED'), 'yes'],
    ['reserve', reservation('EXPIRED'), 'yes'],
    ['reserve', reservation('EXPIRED', sold), 'yes'],
    ['reserve', reservation('RELEASED'), 'RESERVATION_RELEASED'],
    ['reserve', reservation('REJECTED', no), 'INSUFFICIENT_STOCK'],
    ['commit', reservation('CONSUMED'), 'yes'],
    ['commit', reservation('EXPIRED', sold), 'RESERVATION_EXPIRED'],
    ['commit', reservation('RELEASED'), 'RESERVATION_RELEASED'],
    ['commit', reservation('REJECTED', no), 'INSUFFICIENT_STOCK'],
    ['release', reservation('RELEASED'), 'yes'],
    ['release', reservation('REJECTED', no), 'yes'],
  ];

  it.each(cases)('to %s of %j is %s', (kind, row, expected) => {
    const answer = answerTo(kind, row, 2);
    expect(answer instanceof Rejection ? answer.code : 'yes').toBe(expected);
  });

  it('to reserve is the first yes, with the prices of that moment', () => {
    expect(answerTo('reserve', reservation('CONSUMED'), 2)).toEqual({
      orderId: 'o',
      status: 'ACTIVE',
      expiresAt: '2026-01-01T00:00:00.000Z',
      items: [{ productId: 'm', quantity: 2, price: '29.99' }],
    });
  });
});

describe('whose reservation it is', () => {
  it.each([
    ['mine', 'mine', undefined],
    ['mine', undefined, undefined],
    [null, 'other', undefined],
    ['mine', 'other', 'WRONG_SAGA'],
  ])('a reservation of %s is asked about by %s: %s', (sagaId, asking, code) => {
    expect(sagaMismatch({ ...reservation('ACTIVE'), sagaId }, asking)?.code).toBe(code);
  });
});

describe('a release of the reservation that a saga made', () => {
  it.each([
    ['ACTIVE', undefined, 'WRONG_SAGA'],
    ['EXPIRED', undefined, 'WRONG_SAGA'],
    ['CONSUMED', undefined, 'ORDER_CONFIRMED'],
    ['RELEASED', undefined, undefined],
    ['REJECTED', undefined, undefined],
    ['ACTIVE', 'mine', undefined],
    ['CONSUMED', 'mine', undefined],
    ['CONSUMED', 'other', 'WRONG_SAGA'],
    ['RELEASED', 'other', 'WRONG_SAGA'],
  ] as const)('while it is %s, asked for by %s: %s', (status, asking, code) => {
    expect(releaseFault({ ...reservation(status), sagaId: 'mine' }, asking)?.code).toBe(code);
  });

  it('is nothing to refuse when no saga made it', () => {
    expect(releaseFault({ ...reservation('CONSUMED'), sagaId: null }, undefined)).toBeUndefined();
  });
});
