import { describe, expect, it } from '@jest/globals';
import { outcomeBreaches, perhapsRemoved } from './outcome-invariants.js';
import type { FinishedSaga, OrderRow, Reading } from '../reading/rows.js';

const order = (other: Partial<OrderRow> = {}): OrderRow => ({
  orderId: 'order-1',
  sagaId: 'saga-1',
  settled: true,
  sagaMayBeGone: false,
  reservationMayBeGone: false,
  status: 'CANCELLED',
  stage: 'CANCELLED',
  kind: null,
  cancellationId: null,
  total: '59.98',
  currency: 'USD',
  lines: null,
  linesTotal: '59.98',
  ...other,
});
const saga = (
  definition: string,
  sagaId: string,
  status: FinishedSaga['status'],
): FinishedSaga => ({
  sagaId,
  orderId: 'order-1',
  definition,
  definitionVersion: 1,
  status,
});
const reading = (finished: readonly FinishedSaga[], orders = [order()]): Reading => ({
  finished,
  orders,
  moving: [],
  answers: [],
  reservations: [],
  payments: [],
  there: new Set(finished.map(({ sagaId }) => sagaId)),
  definitions: { stepsOf: () => undefined },
});

describe('how sagas ended beside the order that they are about', () => {
  const undone = saga('checkout', 'saga-1', 'COMPENSATED');

  it('agrees where a checkout was undone, and is a breach where it says it was done', () => {
    expect(outcomeBreaches(reading([undone]))).toEqual([]);
    const done = outcomeBreaches(reading([{ ...undone, status: 'DONE' }]));
    expect(new Set(done.map(({ invariant }) => invariant))).toEqual(new Set([2]));
  });

  it('is not compared for a saga of another definition, which may be about the same order', () => {
    const other = saga('return', 'saga-2', 'DONE');
    expect(outcomeBreaches(reading([undone, other, saga('return', 'saga-3', 'DONE')]))).toEqual([]);
  });

  it('is a breach for two checkouts of one order', () => {
    const twice = outcomeBreaches(reading([undone, { ...undone, sagaId: 'saga-2' }]));
    expect(twice.some(({ invariant }) => invariant === 7)).toBe(true);
  });

  it('may be that of another definition for an order that belongs to such a saga', () => {
    const marketplace = saga('marketplace-order', 'saga-1', 'COMPENSATED');
    expect(outcomeBreaches(reading([marketplace]))).toEqual([]);
    const unpaid = outcomeBreaches(reading([marketplace], [order({ status: 'CONFIRMED' })]));
    expect(unpaid.map(({ invariant }) => invariant)).toContain(3);
  });

  it('leaves an order without its saga a breach, whatever other sagas are about it', () => {
    const other = saga('return', 'saga-2', 'DONE');
    expect(outcomeBreaches(reading([other]))).toMatchObject([{ invariant: 7, id: 'order-1' }]);
  });

  it('does not hide that the checkout of an order may have been removed', () => {
    const orders = [order({ sagaMayBeGone: true })];
    expect(perhapsRemoved(reading([saga('return', 'saga-2', 'DONE')], orders))).toEqual(['saga-1']);
    expect(perhapsRemoved(reading([undone], orders))).toEqual([]);
  });
});
