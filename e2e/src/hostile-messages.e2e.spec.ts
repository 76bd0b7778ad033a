import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readPacket } from '@backstitch/messaging';
import { COMMAND_QUEUES, type CommandQueue, readJson } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { fuzz, mutated } from '@backstitch/testkit/fuzz';
import { type AppName } from '@backstitch/tools';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import * as fc from 'fast-check';
import { complaints } from './hostile/system-watch.js';
import { MOUSE } from './shopper.js';
import { System } from './system.js';

const items = fc.constant([{ productId: MOUSE, quantity: 1, price: '29.99' }]);
const plain = (pattern: string) =>
  fc.record({ pattern: fc.constant(pattern), data: fc.record({ orderId: fc.uuid() }) });
const saga = fc.record({
  sagaId: fc.uuid(),
  step: fc.constant('S'),
  direction: fc.constantFrom('do', 'undo'),
  attempt: fc.nat(3),
});
const creates = fc.record({
  pattern: fc.constant('order.create'),
  data: fc.record({
    orderId: fc.uuid(),
    userId: fc.constantFrom('user', 'line\n{"level":"error","msg":"forged"}', 'a\u0000b'),
    items,
    totalAmount: fc.constantFrom('29.99', '999999999999.99'),
  }),
  saga,
});
const stage = fc.constantFrom('PAID', 'PREPARING', 'READY', 'FULFILLED', 'FLYING');
const actorRole = fc.constantFrom('customer', 'seller', 'admin');
const stageChanges = fc.record({
  pattern: fc.constantFrom(
    'order.advance',
    'order.progress',
    'order.begin-cancel',
    'order.end-cancel',
  ),
  data: fc.record(
    { orderId: fc.uuid(), stage, actorRole, cancellationId: fc.uuid() },
    { requiredKeys: ['orderId'] },
  ),
  saga,
});
const returns = fc.record({
  pattern: fc.constantFrom('inventory.return', 'inventory.extend'),
  data: fc.record(
    {
      orderId: fc.uuid(),
      returnId: fc.uuid(),
      lines: items,
      disposition: fc.constantFrom('RESTOCK', 'WRITE_OFF'),
      until: fc.constantFrom('2026-11-30T12:00:00Z', 'now'),
    },
    { requiredKeys: ['orderId'] },
  ),
  saga,
});
const reserves = fc.record({
  pattern: fc.constant('inventory.reserve'),
  data: fc.record({ orderId: fc.uuid(), items }),
  saga,
});
const payments = fc.record({
  pattern: fc.constant('payment.process'),
  data: fc.record({ orderId: fc.uuid(), amount: fc.constantFrom('1.00', '999999999999.99') }),
  saga,
});

const amount = fc.constantFrom('1.00', '999999999999.99');
const opens = fc.record({
  pattern: fc.constant('payment.open'),
  data: fc.record({
    orderId: fc.uuid(),
    amount,
    payBy: fc.constantFrom(
      '2026-11-30T12:00:00Z',
      '9999-12-31T23:59:59+14:00',
      '0001-01-01T00:00:00Z',
    ),
    attemptsMax: fc.constantFrom(1, 3, 20),
  }),
  saga,
});
const pays = fc.record({
  pattern: fc.constant('payment.pay'),
  data: fc.record({
    orderId: fc.uuid(),
    key: fc.constantFrom('key', '"quoted"', 'k'.repeat(255)),
    token: fc.constantFrom('tok_visa_4242_0123456789abcdef', 'tok_visa_0002_0123456789abcdef'),
  }),
  saga,
});
const moneyReturns = fc.record({
  pattern: fc.constant('payment.return'),
  data: fc.record({ orderId: fc.uuid(), refundId: fc.uuid(), amount }),
  saga,
});

interface Target {
  app: AppName;
  queue: CommandQueue;
  commands: fc.Arbitrary<unknown>;
  good: string;
  /** Rows of these orders. */
  rows: (system: System, orderIds: string[]) => Promise<object[]>;
}

const TARGETS: readonly Target[] = [
  {
    app: 'order-service',
    queue: COMMAND_QUEUES.order,
    commands: fc.oneof(
      creates,
      stageChanges,
      plain('order.cancel'),
      plain('order.confirm'),
      plain('order.get'),
    ),
    good: 'order.cancel',
    rows: (system, ids) => system.rows('orders', 'SELECT id FROM orders WHERE id = ANY($1)', [ids]),
  },
  {
    app: 'inventory-service',
    queue: COMMAND_QUEUES.inventory,
    commands: fc.oneof(reserves, returns, plain('inventory.release'), plain('inventory.commit')),
    good: 'inventory.release',
    rows: (system, ids) =>
      system.rows('inventory', 'SELECT order_id FROM reservations WHERE order_id = ANY($1)', [ids]),
  },
  {
    app: 'payment-service',
    queue: COMMAND_QUEUES.payment,
    commands: fc.oneof(
      payments,
      opens,
      pays,
      moneyReturns,
      plain('payment.close'),
      plain('payment.refund'),
      plain('payment.get'),
    ),
    good: 'payment.refund',
    rows: (system, ids) =>
      system.rows(
        'payments',
        `SELECT order_id FROM payments WHERE order_id = ANY($1)
          UNION ALL SELECT order_id FROM payment_attempts WHERE order_id = ANY($1)
          UNION ALL SELECT order_id FROM refunds WHERE order_id = ANY($1)`,
        [ids],
      ),
  },
];

interface Reply {
  id?: unknown;
  err?: { code: string };
}

interface Sent {
  /** Of the packet, by itself or within a batch: what becomes its dead letter. */
  body: Buffer;
  isAwaited: boolean;
  original: string;
}

/** A value as it is sent, and the packets in it by the ids that they are answered under. */
function packed(
  value: unknown,
  id: string,
): { body: Buffer; packets: [string, Buffer, boolean][] } {
  const bytes = (any: unknown) => Buffer.from(JSON.stringify(any) ?? '');
  if (!Array.isArray(value) || value.length === 0) {
    return { body: bytes(value), packets: [[id, bytes(value), true]] };
  }
  const elements = value.map((element: unknown, n) => {
    const isObject = typeof element === 'object' && element !== null && !Array.isArray(element);
    return isObject ? { ...element, id: `${id}.${n}` } : element;
  });
  // A list without a single packet is one message that cannot be read.
  if (!elements.some((element) => 'packet' in readPacket(bytes(element)))) {
    return { body: bytes(elements), packets: [[id, bytes(elements), true]] };
  }
  const packets = elements.map((element, n): [string, Buffer, boolean] => {
    const body = bytes(element);
    const read = readJson(body);
    // Where no id can be read, there is no answer.
    const hasId = 'value' in read && JSON.stringify(element).includes(`"id":"${id}.${n}"`);
    return [`${id}.${n}`, body, hasId];
  });
  return { body: bytes(elements), packets };
}

const REFUSED = ['MALFORMED_COMMAND', 'UNKNOWN_PATTERN'];

describe('hostile messages', () => {
  let system: System;
  let connection: ChannelModel;
  let channel: Channel;
  let replyTo: string;
  const replies = new Map<string, Reply>();
  beforeAll(async () => {
    system = await System.start();
    connection = await connect(system.rabbitmqUrl, { noDelay: true });
    channel = await connection.createChannel();
    ({ queue: replyTo } = await channel.assertQueue('', { exclusive: true }));
    const keep = (message: { content: Buffer; properties: { correlationId?: string } } | null) => {
      if (!message) return;
      const answer = JSON.parse(message.content.toString()) as Reply | Reply[];
      // Of a batch each reply has an id of its own.
      if (Array.isArray(answer)) for (const reply of answer) replies.set(String(reply.id), reply);
      else replies.set(String(message.properties.correlationId), answer);
    };
    await channel.consume(replyTo, keep, { noAck: true });
  }, 300_000);
  afterAll(async () => {
    await connection?.close();
    await system?.stop();
  }, 300_000);

  const deadIn = async (queue: string): Promise<Set<string>> => {
    const text = 'SELECT bytes FROM dead_letters WHERE queue = $1';
    const stored = await system.rows<{ bytes: Buffer }>('orchestrator', text, [queue]);
    return new Set(stored.map(({ bytes }) => bytes.toString('latin1')));
  };
  const replied = (id: string) =>
    waitFor(`the reply to ${id}`, () => replies.get(id), { timeoutMs: 60_000 });

  /** Also, whatever was sent before has begun. */
  async function expectServed(queue: string, pattern: string): Promise<void> {
    const id = crypto.randomUUID();
    const command = Buffer.from(JSON.stringify({ pattern, data: { orderId: id } }));
    channel.sendToQueue(queue, command, { replyTo, correlationId: id });
    expect(await replied(id)).toHaveProperty('response.success', true);
  }

  it.each(TARGETS)(
    'to $queue are answered or kept, leave no row when refused, and block no other message',
    async ({ app, queue, commands, good, rows }) => {
      const sent = new Map<string, Sent>();
      const cases = commands.chain((command) =>
        fc.record({
          original: fc.constant(command as { data: { orderId: string } }),
          value: mutated(fc.constant(command)),
          isAwaited: fc.boolean(),
        }),
      );
      await fuzz(`messages to ${queue}`, 800, cases, ({ original, value, isAwaited }) => {
        const id = `${queue}-${sent.size}`;
        const { body, packets } = packed(value, id);
        for (const [packetId, own, isAnswerable] of packets) {
          const awaited = isAwaited && isAnswerable;
          sent.set(packetId, { body: own, isAwaited: awaited, original: original.data.orderId });
        }
        const answering = isAwaited ? { replyTo, correlationId: id } : {};
        channel.sendToQueue(queue, body, { messageId: id, persistent: true, ...answering });
      });
      await expectServed(queue, good);

      const awaited = [...sent].filter(([, { isAwaited }]) => isAwaited);
      const refused: [id: string, original: string][] = [];
      for (const [id, { original }] of awaited) {
        const { err } = await replied(id);
        if (err?.code === 'INTERNAL') throw new Error(`a bug: ${sent.get(id)!.body.toString()}`);
        if (err && REFUSED.includes(err.code)) refused.push([id, original]);
      }
      expect(refused.length).toBeGreaterThan(50);
      // A batch may hold a sound copy of a command beside a broken one, and the sound one is served.
      const refusedIds = new Set(refused.map(([id]) => id));
      const others = new Set(
        [...sent].flatMap(([id, { original }]) => (refusedIds.has(id) ? [] : [original])),
      );
      const onlyRefused = refused.map(([, original]) => original).filter((one) => !others.has(one));
      expect(onlyRefused.length).toBeGreaterThan(50);
      expect(await rows(system, onlyRefused)).toEqual([]);

      // What the app had in hand and not acknowledged would be back in the queue now.
      expect(await complaints(system)).toEqual([]);
      expect(await system.apps[app].stop()).toBe(0);
      const left = await system.vhost!.queue(queue);
      if (left && left.messages > 0) {
        // It had too little time to finish them on a busy machine. What is never acknowledged comes back again.
        await system.restart(app);
        await expectServed(queue, good);
        expect(await system.apps[app].stop()).toBe(0);
      }
      expect(await system.vhost!.queue(queue)).toMatchObject({ messages: 0, consumers: 0 });
      // Refused messages are in the table soon.
      await waitFor('every refused message to be a dead letter', async () => {
        const dead = await deadIn(queue);
        return refused.every(([id]) => dead.has(sent.get(id)!.body.toString('latin1')));
      });
      await system.restart(app);
    },
    600_000,
  );
});
