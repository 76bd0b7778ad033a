import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readPacket } from '@backstitch/messaging';
import { COMMAND_QUEUES, type CommandQueue, readJson } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { fuzz, mutated } from '@backstitch/testkit/fuzz';
import { type AppName } from '@backstitch/tools';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import * as fc from 'fast-check';
import {
  creates,
  moneyReturns,
  opens,
  payments,
  pays,
  plain,
  reserves,
  returns,
  stageChanges,
} from './hostile/commands.js';
import { complaints } from './hostile/system-watch.js';
import { System } from './system.js';

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

  /** How many messages are in the queue after an app has ended in order. */
  async function leftBy(app: AppName, queue: string): Promise<number> {
    expect(await system.apps[app].stop()).toBe(0);
    const { messages, consumers } = (await system.vhost!.queue(queue))!;
    expect(consumers).toBe(0);
    return messages;
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
      let left = await leftBy(app, queue);
      // What nobody waits for is tried four times, and is in the queue meanwhile.
      for (let round = 0; left > 0 && round < 6; round += 1) {
        await system.restart(app);
        await expectServed(queue, good);
        left = await leftBy(app, queue);
      }
      expect(left).toBe(0);
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
