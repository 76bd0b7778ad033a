import { EventContracts } from '@backstitch/event-contracts';
import { describe, expect, it } from '@jest/globals';
import { ORDER_EVENT_TYPES } from '../orders/order-fold.js';
import { cloudEventOf, type OutboxEvent, wavesOf } from './order-events.js';

const ORDER = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const other = (nth: number) => `770facf7-b9cf-417a-8ee1-${String(nth).padStart(12, '0')}`;

const event = (more: Partial<OutboxEvent> = {}): OutboxEvent => ({
  orderId: ORDER,
  sequence: 1,
  type: 'CREATED',
  sagaId: ORDER,
  actor: 'u:https://id:ana',
  data: { userId: 'ana@example.org', totalAmount: '49.98', currency: 'USD', cartVersion: 3 },
  schema: 1,
  createdAt: '2026-11-30T12:00:00.123456Z',
  ...more,
});

describe('a published event of an order', () => {
  it('is a CloudEvent with the state and the amount', () => {
    expect(cloudEventOf(event())).toEqual({
      specversion: '1.0',
      id: `${ORDER}:1`,
      source: '/order-service',
      type: 'order.placed.v1',
      subject: ORDER,
      time: '2026-11-30T12:00:00.123456Z',
      sequence: '0000000001',
      datacontenttype: 'application/json',
      dataschema: 'urn:backstitch:event-schema:order.placed.v1',
      data: {
        orderId: ORDER,
        status: 'PENDING',
        sagaId: ORDER,
        totalAmount: '49.98',
        currency: 'USD',
        kind: 'CHECKOUT',
      },
    });
  });

  it('tells an order of a marketplace, without its seller', () => {
    const data = {
      currency: 'USD',
      totalAmount: '1.00',
      kind: 'MARKETPLACE',
      sellerId: 'bob',
    } as const;
    const published = cloudEventOf(event({ data }));
    expect(published.data).toMatchObject({ kind: 'MARKETPLACE' });
    expect(JSON.stringify(published)).not.toMatch(/bob/);
  });

  // R84
  it.each(ORDER_EVENT_TYPES)('keeps its contract and names no person: %s', (type) => {
    const contracts = new EventContracts();
    for (const sagaId of [null, ORDER]) {
      const data = { ...event().data, reason: 'ana moved', tracking: 'to ana' };
      const one = cloudEventOf(event({ type, sagaId, data }));
      expect(contracts.check(one)).toMatchObject({ kind: 'valid' });
      expect(JSON.stringify(one)).not.toMatch(/ana/);
    }
  });

  it('spells the amount as the currency does', () => {
    const data = { userId: 'bob', totalAmount: '100.00', currency: 'JPY' };
    expect(cloudEventOf(event({ data })).data).toMatchObject({ totalAmount: '100' });
  });

  it('tells whether a cancelled order was ever placed', () => {
    expect(cloudEventOf(event({ type: 'CANCELLED' })).data).toMatchObject({ wasPlaced: true });
    const unseen = cloudEventOf(event({ type: 'CANCELLED_UNSEEN' }));
    expect(unseen.data).toMatchObject({ wasPlaced: false });
  });
});

describe('the waves of a pass', () => {
  // R83
  it('have the events of an order one after another, and no two of them in one wave', () => {
    const waves = wavesOf([
      event({ sequence: 2, type: 'CONFIRMED' }),
      event({ sequence: 3, type: 'CANCELLED' }),
      event({ orderId: other(1) }),
      event({ orderId: other(1), sequence: 2, type: 'CONFIRMED' }),
      event({ orderId: other(2) }),
    ]);
    const ids = waves.map((wave) =>
      wave.map(({ routingKey, events }) => [routingKey, ...events.map(({ id }) => id)]),
    );
    expect(ids).toEqual([
      [
        ['order.confirmed', `${ORDER}:2`],
        ['order.placed', `${other(1)}:1`, `${other(2)}:1`],
      ],
      [
        ['order.cancelled', `${ORDER}:3`],
        ['order.confirmed', `${other(1)}:2`],
      ],
    ]);
  });

  it('have messages of one routing key and at most 64 events', () => {
    const events = Array.from({ length: 130 }, (_, nth) => event({ orderId: other(nth) }));
    const [wave, ...rest] = wavesOf(events);
    expect(rest).toEqual([]);
    expect(wave!.map((batch) => batch.events.length)).toEqual([64, 64, 2]);
  });

  it('are none without events', () => {
    expect(wavesOf([])).toEqual([]);
  });
});
