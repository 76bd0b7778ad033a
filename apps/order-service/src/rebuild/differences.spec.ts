import { describe, expect, it } from '@jest/globals';
import { BrokenHistory, type OrderEvent } from '../orders/order-fold.js';
import { compare, type OrderState } from './differences.js';

const SAGA = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const at = (second: number) => `2026-11-30T12:00:0${second}.000000Z`;
const CREATED: OrderEvent = {
  sequence: 1,
  type: 'CREATED',
  sagaId: SAGA,
  actor: 'o:bob',
  data: { userId: 'bob', totalAmount: '49.98', currency: 'USD' },
  schema: 1,
  createdAt: at(1),
};
const CONFIRMED: OrderEvent = {
  ...CREATED,
  sequence: 2,
  type: 'CONFIRMED',
  actor: null,
  data: null,
  createdAt: at(2),
};
const ROW: OrderState = {
  version: 2,
  status: 'CONFIRMED',
  sagaState: 'ORDER_CONFIRMED',
  stage: 'CONFIRMED',
  sagaId: SAGA,
  cancellationId: null,
  userId: 'bob',
  caller: 'o:bob',
  totalAmount: '49.98',
  currency: 'USD',
  cartVersion: null,
  kind: null,
  sellerId: null,
  createdAt: at(1),
  updatedAt: at(2),
};
const old = (event: OrderEvent): OrderEvent => ({
  ...event,
  schema: null,
  data: null,
  actor: null,
});

describe('the comparison of an order with its events', () => {
  it('finds nothing where the row follows from them', () => {
    expect(compare(ROW, [CREATED, CONFIRMED]).differences).toEqual([]);
  });

  it.each([
    ['status', { status: 'PENDING' }],
    ['sagaState', { sagaState: 'COMPENSATED' }],
    ['stage', { stage: 'PREPARING' }],
    ['cancellationId', { cancellationId: SAGA }],
    ['kind', { kind: 'MARKETPLACE' }],
    ['sellerId', { sellerId: 'u:https://id:eve' }],
    ['version', { version: 1 }],
    ['userId', { userId: 'eve' }],
    ['caller', { caller: 'o:eve' }],
    ['totalAmount', { totalAmount: '1.00' }],
    ['currency', { currency: 'EUR' }],
    ['cartVersion', { cartVersion: 3 }],
    ['createdAt', { createdAt: at(0) }],
    ['updatedAt', { updatedAt: at(3) }],
  ] as [string, Partial<OrderState>][])(
    'tells that %s is different, and what is right',
    (name, changed) => {
      const { differences, rebuilt } = compare({ ...ROW, ...changed }, [CREATED, CONFIRMED]);
      expect(differences).toEqual([expect.stringMatching(new RegExp(`^${name} is `))]);
      expect(rebuilt).toEqual(ROW);
    },
  );

  it('makes a row that is missing', () => {
    const differences = ['there is no row'];
    expect(compare(undefined, [CREATED, CONFIRMED])).toEqual({ differences, rebuilt: ROW });
  });

  it('keeps of the row what the events of an earlier release do not tell', () => {
    const events = [old(CREATED), old(CONFIRMED)];
    expect(compare(ROW, events).differences).toEqual([]);
    const { rebuilt } = compare({ ...ROW, status: 'PENDING' }, events);
    expect(rebuilt).toEqual(ROW);
    expect(compare(undefined, events).rebuilt).toBeUndefined();
  });

  it('is refused for events that contradict each other', () => {
    expect(() => compare(ROW, [CONFIRMED])).toThrow(BrokenHistory);
  });
});
