import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EventContracts } from './contracts.js';
import {
  type CloudEvent,
  ORDER_EVENT_TYPES,
  type OrderCloudEvent,
  type OrderEventData,
  type OrderEventType,
  routingKeyOf,
  schemaOf,
  sequenceText,
} from './order-events.js';

const orderId = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const contracts = new EventContracts();

const DATA: { [Type in OrderEventType]: OrderEventData[Type] } = {
  'order.placed.v1': {
    orderId,
    status: 'PENDING',
    sagaId: null,
    totalAmount: '49.98',
    currency: 'USD',
  },
  'order.confirmed.v1': { orderId, status: 'CONFIRMED', sagaId: orderId },
  'order.cancelled.v1': { orderId, status: 'CANCELLED', sagaId: null, wasPlaced: true },
  'order.awaiting-payment.v1': {
    orderId,
    status: 'PENDING',
    stage: 'AWAITING_PAYMENT',
    sagaId: orderId,
  },
  'order.paid.v1': { orderId, status: 'CONFIRMED', stage: 'PAID', sagaId: orderId },
  'order.preparing.v1': { orderId, status: 'CONFIRMED', stage: 'PREPARING', sagaId: orderId },
  'order.ready.v1': { orderId, status: 'CONFIRMED', stage: 'READY', sagaId: orderId },
  'order.fulfilled.v1': { orderId, status: 'CONFIRMED', stage: 'FULFILLED', sagaId: null },
  'order.cancelling.v1': { orderId, status: 'CONFIRMED', stage: 'CANCELLING', sagaId: orderId },
};

const eventOf = (type: OrderEventType, data: object = DATA[type]): CloudEvent => ({
  specversion: '1.0',
  id: `${orderId}:2`,
  source: '/order-service',
  type,
  subject: orderId,
  time: '2026-11-30T12:00:00.123456Z',
  sequence: sequenceText(2),
  datacontenttype: 'application/json',
  dataschema: schemaOf(type),
  data,
});

describe('the contracts of events', () => {
  it.each(ORDER_EVENT_TYPES)('take an event of the type %s', (type) => {
    const event = eventOf(type) as OrderCloudEvent;
    expect(contracts.check(event)).toEqual({ kind: 'valid', event });
  });

  it.each(
    ORDER_EVENT_TYPES.flatMap((type) =>
      Object.keys(DATA[type]).map((name) => [type, name] as const),
    ),
  )('refuse %s without %s, and with a number in its place', (type, name) => {
    const { [name]: _left, ...rest } = DATA[type] as Record<string, unknown>;
    expect(contracts.check(eventOf(type, rest))).toMatchObject({ kind: 'invalid' });
    expect(contracts.check(eventOf(type, { ...rest, [name]: 7 }))).toMatchObject({
      kind: 'invalid',
    });
  });

  it('take members that a later release adds', () => {
    const data = { ...DATA['order.placed.v1'], sellerId: 's-1' };
    expect(contracts.check(eventOf('order.placed.v1', data))).toMatchObject({ kind: 'valid' });
    const event = { ...eventOf('order.confirmed.v1'), traceparent: '00-…' };
    expect(contracts.check(event)).toMatchObject({ kind: 'valid' });
  });

  it('take a placed order with its kind, and refuse an unknown kind', () => {
    const placed = (kind: string) =>
      contracts.check(eventOf('order.placed.v1', { ...DATA['order.placed.v1'], kind }));
    expect(placed('MARKETPLACE')).toMatchObject({ kind: 'valid' });
    expect(placed('AUCTION')).toMatchObject({ kind: 'invalid' });
  });

  it('tell an event of an unknown type apart from one that is not valid', () => {
    const event = { ...eventOf('order.placed.v1'), type: 'order.refunded.v1' };
    expect(contracts.check(event)).toEqual({ kind: 'unknown', type: 'order.refunded.v1' });
  });

  it.each([
    [null],
    ['text'],
    [[]],
    [{}],
    [{ ...eventOf('order.placed.v1'), specversion: '0.3' }],
    [{ ...eventOf('order.placed.v1'), id: 'x' }],
    [{ ...eventOf('order.placed.v1'), subject: 'x' }],
    [{ ...eventOf('order.placed.v1'), time: 'now' }],
    [{ ...eventOf('order.placed.v1'), sequence: '2' }],
    [{ ...eventOf('order.placed.v1'), sequence: sequenceText(3) }],
    [{ ...eventOf('order.placed.v1'), subject: orderId.replace('6', '7') }],
  ])('refuse %j', (event) => {
    expect(contracts.check(event)).toMatchObject({ kind: 'invalid' });
  });

  it('have a schema for every type, and no other schema', () => {
    const files = readdirSync(new URL('../schemas', import.meta.url));
    const named = ['cloud-event', ...ORDER_EVENT_TYPES].map((name) => `${name}.json`);
    expect(files.sort()).toEqual(named.sort());
  });

  it('route each type by its stage', () => {
    expect(ORDER_EVENT_TYPES.map(routingKeyOf)).toEqual([
      'order.placed',
      'order.confirmed',
      'order.cancelled',
      'order.awaiting-payment',
      'order.paid',
      'order.preparing',
      'order.ready',
      'order.fulfilled',
      'order.cancelling',
    ]);
  });
});
