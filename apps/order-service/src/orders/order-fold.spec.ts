import { describe, expect, it } from '@jest/globals';
import { BrokenHistory, eventsUpTo, foldOrder, type OrderEvent } from './order-fold.js';

const at = (second: number) => `2026-11-30T12:00:0${second}.000000Z`;
const SAGA = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

const event = (sequence: number, type: OrderEvent['type'], more: Partial<OrderEvent> = {}) => ({
  sequence,
  type,
  sagaId: SAGA,
  actor: null,
  data: null,
  schema: 1,
  createdAt: at(sequence),
  ...more,
});
const CREATED = event(1, 'CREATED', {
  actor: 'u:https://id:ana',
  data: { userId: 'ana', totalAmount: '49.98', currency: 'USD', cartVersion: 7 },
});
const facts = {
  userId: 'ana',
  caller: 'u:https://id:ana',
  totalAmount: '49.98',
  currency: 'USD',
  cartVersion: 7,
  kind: null,
  sellerId: null,
};
const PLACED = event(1, 'CREATED', {
  actor: 'u:https://id:ana',
  data: {
    userId: 'ana',
    totalAmount: '49.98',
    currency: 'USD',
    kind: 'MARKETPLACE',
    sellerId: 'u:https://id:bob',
  },
});

describe('the fold of the events of an order', () => {
  it('has after the first event what a new order has', () => {
    expect(foldOrder([CREATED])).toEqual({
      version: 1,
      status: 'PENDING',
      sagaState: 'ORDER_CREATED',
      stage: 'PLACED',
      sagaId: SAGA,
      cancellationId: null,
      createdAt: at(1),
      updatedAt: at(1),
      facts,
    });
  });

  it.each([
    ['CONFIRMED', 'ORDER_CONFIRMED'],
    ['CANCELLED', 'COMPENSATED'],
  ] as const)('keeps everything but the state when the order is %s', (type, sagaState) => {
    const order = foldOrder([CREATED, event(2, type)]);
    expect(order).toMatchObject({ version: 2, status: type, sagaState, facts });
    expect(order).toMatchObject({ createdAt: at(1), updatedAt: at(2) });
  });

  it('goes through the stages of a marketplace order, and keeps its seller', () => {
    const types = ['AWAITING_PAYMENT', 'PAID', 'PREPARING', 'READY', 'FULFILLED'] as const;
    const events: OrderEvent[] = [PLACED, ...types.map((type, nth) => event(nth + 2, type))];
    const stages = events.map((_, nth) => foldOrder(events.slice(0, nth + 1)).stage);
    expect(stages).toEqual(['AWAITING_SELLER', ...types]);
    expect(foldOrder(events)).toMatchObject({
      status: 'CONFIRMED',
      facts: { kind: 'MARKETPLACE', sellerId: 'u:https://id:bob', cartVersion: null },
    });
  });

  it('keeps which saga cancelled a confirmed order', () => {
    const data = { cancellationId: SAGA, reason: 'too late' };
    const cancelling = event(3, 'CANCELLING', { data });
    const events: OrderEvent[] = [CREATED, event(2, 'CONFIRMED'), cancelling];
    expect(foldOrder(events)).toMatchObject({
      status: 'CONFIRMED',
      stage: 'CANCELLING',
      cancellationId: SAGA,
    });
    expect(foldOrder([...events, event(4, 'CANCELLED')])).toMatchObject({
      status: 'CANCELLED',
      stage: 'CANCELLED',
      cancellationId: SAGA,
    });
  });

  it('has a tombstone without user and total after an undo that came first', () => {
    const unseen = event(1, 'CANCELLED_UNSEEN', { actor: 'o:bob', data: { currency: 'USD' } });
    const none = { userId: null, totalAmount: null, cartVersion: null, kind: null };
    expect(foldOrder([unseen])).toMatchObject({
      status: 'CANCELLED',
      facts: { ...none, caller: 'o:bob', currency: 'USD' },
    });
  });

  it('has the state, and no facts, from the events of an earlier release', () => {
    const old = { schema: null, data: null, actor: null };
    const sameTime = { ...old, createdAt: at(1) };
    const order = foldOrder([event(1, 'CREATED', old), event(2, 'CONFIRMED', sameTime)]);
    expect(order).toMatchObject({ version: 2, status: 'CONFIRMED', facts: undefined });
  });

  it.each<[string, OrderEvent[]]>([
    ['no event', []],
    ['no first event', [event(2, 'CONFIRMED')]],
    ['a gap', [CREATED, event(3, 'CONFIRMED')]],
    ['an event twice', [CREATED, CREATED]],
    ['a first event that cannot be one', [event(1, 'CONFIRMED')]],
    ['a change after the end', [CREATED, event(2, 'CONFIRMED'), event(3, 'CANCELLED')]],
    ['a stage of another kind', [PLACED, event(2, 'CONFIRMED')]],
    ['a stage that was left out', [PLACED, event(2, 'PAID')]],
    ['a cancellation without a beginning', [CREATED, event(2, 'CONFIRMED'), event(3, 'CANCELLED')]],
    [
      'an event at the time of the one before',
      [CREATED, event(2, 'CONFIRMED', { createdAt: at(1) })],
    ],
  ])('refuses a history with %s', (_what, events) => {
    expect(() => foldOrder(events)).toThrow(BrokenHistory);
  });
});

describe('the events up to a moment', () => {
  const events = [CREATED, event(2, 'CONFIRMED')];
  const upTo = (asked: { version?: number; at?: string }) =>
    eventsUpTo(events, asked).map(({ sequence }) => sequence);

  it('are those up to the version', () => {
    expect(upTo({ version: 1 })).toEqual([1]);
    expect(upTo({ version: 2 })).toEqual([1, 2]);
  });

  it('are none for a version that the order does not have', () => {
    expect(upTo({ version: 3 })).toEqual([]);
  });

  it('are those up to the time, to the microsecond', () => {
    expect(upTo({ at: '2026-11-30T12:00:00.999999Z' })).toEqual([]);
    expect(upTo({ at: at(1) })).toEqual([1]);
    expect(upTo({ at: '2026-11-30T12:00:01.999999Z' })).toEqual([1]);
    expect(upTo({ at: at(2) })).toEqual([1, 2]);
  });

  it('are all without either', () => {
    expect(upTo({})).toEqual([1, 2]);
  });
});
