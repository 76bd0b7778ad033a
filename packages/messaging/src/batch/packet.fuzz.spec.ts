import { describe, expect, it } from '@jest/globals';
import {
  InventoryExtendCommand,
  InventoryReserveCommand,
  InventoryReturnCommand,
  isUuid,
  OrderAdvanceCommand,
  OrderBeginCancelCommand,
  OrderCreateCommand,
  OrderIdCommand,
  OrderProgressCommand,
  PaymentProcessCommand,
  readJson,
} from '@backstitch/shared-types';
import { asBytes, fuzz, hostileText, hostileValue, mutated } from '@backstitch/testkit/fuzz';
import * as fc from 'fast-check';
import { MalformedCommand } from '../connection/errors.js';
import { elementsOf, encodeBatch } from './batch.js';
import { carriedProperties, deadLetterHeaders } from '../dead-letter/message-headers.js';
import { CommandValidationPipe } from '../nest/command-validation.pipe.js';
import { retryDecision } from '../dead-letter/one-shot-retry.js';
import { readPacket, readReply } from './packet.js';
import { sagaIdOf } from '../consume/saga-id.js';
import { unpack } from './unpack.js';

const orderId = fc.uuid();
const amount = fc.constantFrom('29.99', '0.01', '30', '29.990', '999999999999.99');
const line = fc.record({
  productId: fc.uuid(),
  quantity: fc.integer({ min: 1, max: 1000 }),
  price: amount,
});
const soldLine = fc.record({ productId: fc.uuid(), quantity: fc.integer({ min: 1, max: 1000 }) });
const text = fc.constantFrom('too late', '遅すぎる');
const actorRole = fc.constantFrom('customer', 'seller', 'admin');
const items = fc.array(line, { minLength: 1, maxLength: 3 });

const COMMANDS = {
  create: {
    dto: OrderCreateCommand,
    valid: fc.record({
      orderId,
      userId: fc.constantFrom('user-1', '名前', "'; DROP TABLE orders; --"),
      items,
      totalAmount: amount,
    }),
  },
  reserve: {
    dto: InventoryReserveCommand,
    valid: fc.record({ orderId, items, holdSeconds: fc.constantFrom(1, 86_400) }),
  },
  pay: { dto: PaymentProcessCommand, valid: fc.record({ orderId, amount }) },
  advance: {
    dto: OrderAdvanceCommand,
    valid: fc.record({ orderId, stage: fc.constantFrom('PAID', 'FULFILLED'), tracking: text }),
  },
  progress: {
    dto: OrderProgressCommand,
    valid: fc.record({ orderId, stage: fc.constantFrom('READY', 'FULFILLED'), actorRole }),
  },
  beginCancel: {
    dto: OrderBeginCancelCommand,
    valid: fc.record({ orderId, cancellationId: fc.uuid(), actorRole, reason: text }),
  },
  extend: {
    dto: InventoryExtendCommand,
    valid: fc.record({ orderId, until: fc.constantFrom('2026-11-30T12:00:00Z') }),
  },
  giveBack: {
    dto: InventoryReturnCommand,
    valid: fc.record({
      orderId,
      returnId: fc.uuid(),
      lines: fc.array(soldLine, { minLength: 1, maxLength: 3 }),
      disposition: fc.constantFrom('RESTOCK', 'WRITE_OFF'),
    }),
  },
  other: { dto: OrderIdCommand, valid: fc.record({ orderId }) },
} as const;

const packets = fc.record({
  pattern: fc.constantFrom('order.create', 'payment.process'),
  data: fc.oneof(...Object.values(COMMANDS).map(({ valid }) => valid as fc.Arbitrary<object>)),
  id: fc.uuid(),
  saga: fc.record({
    sagaId: fc.oneof(fc.uuid(), fc.constant('saga-1')),
    step: fc.constantFrom('ORDER_CREATED', 'x'),
    direction: fc.constantFrom('do', 'undo'),
    attempt: fc.integer({ min: 1, max: 9 }),
    requestId: fc.constantFrom('request-1', ''),
  }),
});
const replies = fc.oneof(
  fc.record({ response: hostileValue, isDisposed: fc.constant(true), id: fc.uuid() }),
  fc.record({
    err: fc.record({ code: hostileText, message: hostileText, retryable: fc.boolean() }),
    isDisposed: fc.constant(true),
  }),
);

type Fields = Record<string, unknown>;
const isAmount = (value: unknown) =>
  typeof value === 'string' && /^[0-9]{1,12}([.][0-9]{1,2}0*)?$/.test(value);
const isCount = (value: unknown, max: number) =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max;
const isId = (value: unknown) => typeof value === 'string' && isUuid(value);
const areLines = (value: unknown, priced: boolean) =>
  Array.isArray(value) &&
  isCount(value.length, 100) &&
  value.every(
    ({ productId, quantity, price }: Fields) =>
      isId(productId) &&
      isCount(quantity, 1000) &&
      (isAmount(price) || (!priced && (price === undefined || price === null))),
  );

const isRole = (value: unknown) => ['customer', 'seller', 'admin'].includes(value as string);
const isNote = (value: unknown, lengthMax: number) =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value.length <= lengthMax && !/\p{Cc}/u.test(value));

/** What participants may assume about the data of a handler. */
const GUARANTEES: Record<keyof typeof COMMANDS, (data: Fields) => boolean> = {
  create: ({ userId, items: lines, totalAmount }) =>
    typeof userId === 'string' &&
    userId.length >= 1 &&
    userId.length <= 200 &&
    Buffer.from(userId).toString() === userId &&
    areLines(lines, true) &&
    isAmount(totalAmount),
  reserve: ({ items: lines, holdSeconds }) =>
    areLines(lines, false) &&
    (holdSeconds === undefined || holdSeconds === null || isCount(holdSeconds, 86_400)),
  pay: ({ amount: asked }) => isAmount(asked),
  advance: ({ stage, tracking }) =>
    ['AWAITING_PAYMENT', 'PAID', 'PREPARING', 'READY', 'FULFILLED'].includes(stage as string) &&
    isNote(tracking, 200),
  progress: ({ stage, actorRole: role }) =>
    ['PREPARING', 'READY', 'FULFILLED'].includes(stage as string) && isRole(role),
  beginCancel: ({ cancellationId, actorRole: role, reason }) =>
    isId(cancellationId) && isRole(role) && isNote(reason, 500),
  extend: ({ until }) => typeof until === 'string' && until.endsWith('Z') && until.length <= 24,
  giveBack: ({ returnId, lines, disposition }) =>
    isId(returnId) &&
    areLines(lines, false) &&
    ['RESTOCK', 'WRITE_OFF'].includes(disposition as string),
  other: () => true,
};

describe('a message of any shape', () => {
  it('is a valid packet or unreadable, and never throws', async () => {
    const classify = (body: Buffer): string => {
      const read = readPacket(body);
      if ('unreadable' in read) {
        expect(read.unreadable.message.length).toBeLessThan(400);
        return read.unreadable.reason;
      }
      const { pattern, saga } = read.packet;
      if (typeof pattern !== 'string' || pattern === '') throw new Error('no pattern');
      if (saga && !(typeof saga.sagaId === 'string' && saga.attempt >= 1)) throw new Error('saga');
      try {
        const sagaId = sagaIdOf(saga ?? undefined);
        if (sagaId !== undefined && !isUuid(sagaId)) throw new Error(`saga ${sagaId}`);
      } catch (error) {
        if (!(error instanceof MalformedCommand)) throw error;
      }
      const why = { reason: 'r', message: 'm', queue: 'q', pattern, saga: saga ?? undefined };
      JSON.stringify(deadLetterHeaders(why));
      return 'packet';
    };
    const near = await fuzz('packets', 25_000, asBytes(mutated(packets)), classify);
    expect(Object.keys(near).sort()).toEqual(['NOT_A_PACKET', 'NOT_JSON', 'packet']);
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
    await fuzz('bytes', 10_000, bytes, classify);
  }, 600_000);

  it('is a valid reply or undefined, and never throws', async () => {
    const classify = (body: Buffer): string => {
      const reply = readReply(body);
      if (!reply) return 'none';
      if (!('err' in reply)) return 'response';
      const { code, message, retryable } = reply.err;
      expect([typeof code, typeof message, typeof retryable].join()).toBe('string,string,boolean');
      return 'err';
    };
    const tally = await fuzz('replies', 15_000, asBytes(mutated(replies)), classify);
    expect(Object.keys(tally).sort()).toEqual(['err', 'none', 'response']);
  }, 600_000);

  it('is a batch whose packets keep their bytes and are validated separately, or not a batch, and never throws', async () => {
    const classify = (body: Buffer): string => {
      const inboundCommands = unpack({ body, properties: { headers: {} } as never, isOurs: true });
      const listed = elementsOf(body) ?? [];
      const elements = listed.some((each) => 'packet' in readPacket(each)) ? listed : [];
      const expected = elements.length === 0 ? [body] : elements;
      const areSame = (bodies: readonly Buffer[]) =>
        bodies.length === expected.length && bodies.every((own, n) => own.equals(expected[n]!));
      if (!areSame(inboundCommands.map((inbound) => inbound.body))) throw new Error('other bytes');
      if (inboundCommands.some(({ isBatched }) => isBatched !== elements.length > 0))
        throw new Error('form');
      if (elements.length === 0) return 'single';
      for (const { properties } of inboundCommands) {
        const { correlationId } = properties as { correlationId: unknown };
        if (!['undefined', 'string'].includes(typeof correlationId)) throw new Error('not an id');
      }
      if (!areSame(elementsOf(encodeBatch(elements)) ?? [])) throw new Error('written otherwise');
      const isJson = 'value' in readJson(body);
      if (isJson) expect(valueOf(encodeBatch(elements))).toEqual(valueOf(body));
      return isJson ? 'batch' : 'batch in part';
    };
    const lists = fc.array(packets, { maxLength: 4 });
    const tally = await fuzz('batches', 15_000, asBytes(mutated(lists)), classify);
    expect(Object.keys(tally).sort()).toEqual(['batch', 'batch in part', 'single']);
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
    const listlike = bytes.map((inner) => Buffer.concat([LIST, inner, LIST_END]));
    await fuzz('list bytes', 10_000, listlike, classify);
  }, 600_000);

  it('of a megabyte of levels is unreadable, and so is a reply', () => {
    const deep = Buffer.from(`{"pattern":"a","response":${'['.repeat(1e6)}${']'.repeat(1e6)}}`);
    expect(readPacket(deep)).toHaveProperty('unreadable.reason', 'NOT_JSON');
    expect(readReply(deep)).toBeUndefined();
  });

  it('of more than a megabyte is not read', () => {
    const large = Buffer.from(JSON.stringify({ pattern: 'a', data: 'x'.repeat(1_048_576) }));
    expect(readPacket(large)).toHaveProperty('unreadable.reason', 'NOT_JSON');
  });
});

describe('the data of a command', () => {
  it.each(Object.keys(COMMANDS) as (keyof typeof COMMANDS)[])(
    'is what the DTO says, or MalformedCommand: %s',
    async (name) => {
      const { dto, valid } = COMMANDS[name];
      const pipe = new CommandValidationPipe();
      const near = mutated(valid as fc.Arbitrary<object>);
      const tally = await fuzz(`data ${name}`, 9_000, asBytes(near), async (body) => {
        const read = readPacket(Buffer.concat([Buffer.from('{"pattern":"p","data":'), body, END]));
        if ('unreadable' in read) return 'unreadable';
        let data: Fields;
        try {
          const metadata = { type: 'body', metatype: dto } as const;
          data = (await pipe.transform(read.packet.data, metadata)) as Fields;
        } catch (error) {
          if (!(error instanceof MalformedCommand)) throw error;
          return 'malformed';
        }
        if (!isId(data.orderId) || !GUARANTEES[name](data)) throw new Error('accepted');
        return 'served';
      });
      expect(tally).toMatchObject({ served: expect.any(Number), malformed: expect.any(Number) });
    },
    600_000,
  );
});

const END = Buffer.from('}');
const LIST = Buffer.from('[');
const LIST_END = Buffer.from(']');
const valueOf = (body: Buffer): unknown => (readJson(body) as { value?: unknown }).value;

describe('properties of any kind', () => {
  it('can be carried and retried, and never throw', async () => {
    const anything = fc.oneof(
      hostileValue,
      fc.constantFrom(Number.NaN, Infinity, Buffer.from('a')),
    );
    const headers = fc.dictionary(
      fc.oneof(fc.constantFrom('backstitch-retries', 'x-death', 'CC'), hostileText),
      anything,
    );
    const properties = fc.record({ headers, replyTo: anything, correlationId: anything });
    await fuzz('properties', 20_000, properties, (input) => {
      const carried = carriedProperties(input as never);
      for (const name of ['x-death', 'CC', 'BCC']) expect(name in carried.headers).toBe(false);
      const decision = retryDecision(input.headers);
      if (decision === 'exhausted') return 'exhausted';
      expect(decision.retry >= 1 && decision.retry <= 3 && decision.afterMs >= 100).toBe(true);
      return 'retried';
    });
  }, 600_000);
});
