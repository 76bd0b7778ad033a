import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Broker, CommandClient, RabbitCommandServer } from '@backstitch/messaging';
import {
  AppConfig,
  createApp,
  metricsRegistry,
  pauseWhileAway,
  type Database,
} from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  COMMANDS,
  newUuid,
  type CommandPacket,
  type ReplyPacket,
  type SagaTag,
} from '@backstitch/shared-types';
import { testVhost, waitFor, type TestVhost } from '@backstitch/testkit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../app.module.js';
import { creation, MOUSE, ordersDatabase, sagaTag, silent } from '../testing/orders-database.js';

const QUEUE = COMMAND_QUEUES.order;

describe('the order commands, through the queue', () => {
  let server: Awaited<ReturnType<typeof ordersDatabase>>;
  let vhost: TestVhost;
  let database: Database;
  let broker: Broker;
  let app: NestFastifyApplication;
  let client: CommandClient;
  const replies = new Map<string, ReplyPacket>();

  beforeAll(async () => {
    [server, vhost] = await Promise.all([ordersDatabase(), testVhost('orders')]);
    database = server.open();
    broker = new Broker({ urls: [vhost.url], name: 'orders test', logger: silent });
    const strategy = new RabbitCommandServer({
      broker,
      queue: QUEUE,
      pauseOn: pauseWhileAway(database),
    });
    app = await createApp({
      name: 'orders test',
      module: AppModule.of({ database, currency: 'USD', logger: silent }),
      config: new AppConfig(),
      logger: silent,
    });
    app.connectMicroservice({ strategy });
    broker.connect();
    await app.startAllMicroservices();
    client = new CommandClient({
      broker,
      replyQueuePrefix: 'orders-test',
      onReply: async (id, reply) => void replies.set(id, reply),
      onReplyQueueReplaced: () => undefined,
    });
    client.start();
    await broker.ready();
    await waitFor('the reply queue', () => client.consumerStatus().state === 'attached');
    await waitFor('the consumer', () => strategy.consumerStatus().state === 'attached');
  });

  afterAll(async () => {
    await client.close();
    await app.close();
    await broker.close();
    await server.drop();
    await vhost.drop();
  });

  beforeEach(() => replies.clear());

  /** Sends a command and waits for its reply, whatever it says. */
  const ask = async (pattern: string, data: unknown, saga?: SagaTag): Promise<ReplyPacket> => {
    const id = newUuid();
    const packet: CommandPacket = { pattern, data, id, ...(saga && { saga }) };
    expect(await client.send(QUEUE, packet, id)).toBe('accepted');
    return waitFor(`the reply to ${pattern}`, () => replies.get(id));
  };

  const createData = (orderId: string) => {
    const { items, userId, totalAmount } = creation(orderId).order!;
    return { orderId, userId, items, totalAmount };
  };
  const createReply = (orderId: string) => ({
    orderId,
    status: 'PENDING',
    totalAmount: '49.98',
    currency: 'USD',
  });
  const responseOf = (reply: ReplyPacket) => ('response' in reply ? reply.response : reply);
  const errorOf = (reply: ReplyPacket) => ('err' in reply ? reply.err : reply);

  it('creates, shows, confirms and shows again', async () => {
    const orderId = newUuid();
    const saga = sagaTag(newUuid());
    const created = await ask(COMMANDS.orderCreate, createData(orderId), saga);
    expect(responseOf(created)).toEqual(createReply(orderId));
    const confirmed = await ask(COMMANDS.orderConfirm, { orderId }, saga);
    expect(responseOf(confirmed)).toEqual({ success: true });
    expect(responseOf(await ask(COMMANDS.orderGet, { orderId }))).toEqual({
      id: orderId,
      userId: 'user-123',
      totalAmount: '49.98',
      currency: 'USD',
      status: 'CONFIRMED',
      sagaState: 'ORDER_CONFIRMED',
      sagaId: saga.sagaId,
      items: createData(orderId).items.map(({ price, ...line }) => ({
        ...line,
        priceAtPurchase: price,
      })),
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
  });

  it('answers 20 equal creations at once with 20 equal replies and one order', async () => {
    const orderId = newUuid();
    const saga = sagaTag(newUuid());
    const asking = Array.from({ length: 20 }, () =>
      ask(COMMANDS.orderCreate, createData(orderId), saga),
    );
    for (const reply of await Promise.all(asking)) {
      expect(responseOf(reply)).toEqual(createReply(orderId));
    }
    const later = await ask(COMMANDS.orderCreate, createData(orderId), saga);
    expect(responseOf(later)).toEqual(createReply(orderId));
  });

  it('knows an order in whatever case its id is spelled', async () => {
    const orderId = newUuid();
    await ask(COMMANDS.orderCreate, createData(orderId));
    const shouted = await ask(COMMANDS.orderCreate, createData(orderId.toUpperCase()));
    expect(responseOf(shouted)).toEqual(createReply(orderId));
  });

  it('says yes to an undo that comes first, and no to the creation that comes late', async () => {
    const orderId = newUuid();
    const saga = sagaTag(newUuid());
    const undone = await ask(COMMANDS.orderCancel, { orderId }, { ...saga, direction: 'undo' });
    expect(responseOf(undone)).toEqual({ success: true });
    const late = await ask(COMMANDS.orderCreate, createData(orderId), saga);
    expect(errorOf(late)).toMatchObject({ code: 'ORDER_CANCELLED', retryable: false });
    const again = await ask(COMMANDS.orderCancel, { orderId }, { ...saga, direction: 'undo' });
    expect(responseOf(again)).toEqual({ success: true });
    expect(responseOf(await ask(COMMANDS.orderGet, { orderId }))).toMatchObject({
      status: 'CANCELLED',
      userId: null,
      totalAmount: null,
    });
  });

  it('rejects the confirmation of a cancelled order', async () => {
    const orderId = newUuid();
    await ask(COMMANDS.orderCreate, createData(orderId));
    await ask(COMMANDS.orderCancel, { orderId });
    expect(errorOf(await ask(COMMANDS.orderConfirm, { orderId }))).toMatchObject({
      code: 'ORDER_CANCELLED',
      retryable: false,
    });
  });

  it('refuses to cancel a confirmed order, and counts the alarm', async () => {
    const orderId = newUuid();
    await ask(COMMANDS.orderCreate, createData(orderId));
    await ask(COMMANDS.orderConfirm, { orderId });
    const refused = await ask(COMMANDS.orderCancel, { orderId });
    expect(errorOf(refused)).toMatchObject({ code: 'ALREADY_CONFIRMED', retryable: false });
    expect(responseOf(await ask(COMMANDS.orderGet, { orderId }))).toMatchObject({
      status: 'CONFIRMED',
    });
    expect(await metricsRegistry.metrics()).toMatch(/order_cancel_of_confirmed_total\{[^}]*\} 1/);
  });

  it('refuses every command of another saga', async () => {
    const orderId = newUuid();
    await ask(COMMANDS.orderCreate, createData(orderId), sagaTag(newUuid()));
    const other = sagaTag(newUuid());
    for (const [pattern, data] of [
      [COMMANDS.orderCreate, createData(orderId)],
      [COMMANDS.orderConfirm, { orderId }],
      [COMMANDS.orderCancel, { orderId }],
    ] as const) {
      const refused = await ask(pattern, data, other);
      expect(errorOf(refused)).toMatchObject({ code: 'WRONG_SAGA', retryable: false });
    }
    expect(responseOf(await ask(COMMANDS.orderGet, { orderId }))).toMatchObject({
      status: 'PENDING',
    });
  });

  it('has no order that nobody created', async () => {
    for (const pattern of [COMMANDS.orderGet, COMMANDS.orderConfirm]) {
      const missing = await ask(pattern, { orderId: newUuid() });
      expect(errorOf(missing)).toMatchObject({ code: 'ORDER_NOT_FOUND', retryable: false });
    }
  });

  it.each([
    ['an order id that is none', { ...createData(newUuid()), orderId: '17' }],
    ['no items', { ...createData(newUuid()), items: [] }],
    ['an amount that is none', { ...createData(newUuid()), totalAmount: '1e3' }],
    ['a total that its lines do not make', { ...createData(newUuid()), totalAmount: '49.97' }],
    ['a total with more decimals than the currency', totalling('49.985', '49.985')],
    ['a line that costs nothing', totalling('0.00', '0.00')],
    ['a line that costs more than one unit may', totalling('10000000', '10000000')],
    ['text that cannot be stored', { ...createData(newUuid()), userId: 'a\u0000b' }],
  ])('dead-letters a creation with %s and answers that retrying is pointless', async (_n, data) => {
    const dead = `${QUEUE}.dead`;
    const before = (await vhost.queue(dead))?.messages ?? 0;
    expect(errorOf(await ask(COMMANDS.orderCreate, data))).toMatchObject({
      code: 'MALFORMED_COMMAND',
      retryable: false,
    });
    await waitFor(
      'the dead letter',
      async () => (await vhost.queue(dead))?.messages === before + 1,
    );
  });

  it('takes an amount however many zeros follow its decimals, and stores and answers one spelling', async () => {
    const data = totalling('29.990', '29.9900');
    const created = await ask(COMMANDS.orderCreate, data);
    expect(responseOf(created)).toMatchObject({ totalAmount: '29.99' });
    const again = await ask(COMMANDS.orderCreate, { ...data, totalAmount: '29.99' });
    expect(responseOf(again)).toEqual(responseOf(created));
    expect(responseOf(await ask(COMMANDS.orderGet, { orderId: data.orderId }))).toMatchObject({
      totalAmount: '29.99',
      items: [{ priceAtPurchase: '29.99' }],
    });
  });

  it('says which sum the lines make when the total is another one', async () => {
    const wrong = { ...createData(newUuid()), totalAmount: '100.00' };
    expect(errorOf(await ask(COMMANDS.orderCreate, wrong))).toMatchObject({
      code: 'MALFORMED_COMMAND',
      message: expect.stringMatching(/100\.00.*49\.98/),
    });
    const missing = await ask(COMMANDS.orderGet, { orderId: wrong.orderId });
    expect(errorOf(missing)).toMatchObject({ code: 'ORDER_NOT_FOUND' });
  });

  it('answers a fault worth retrying while its connections die, and serves the repeat', async () => {
    const orderId = newUuid();
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    await database.pool.query(kill);
    const reply = await waitFor('a yes', async () => {
      const answer = await ask(COMMANDS.orderCreate, createData(orderId));
      if ('response' in answer) return answer;
      expect(answer.err).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
      return undefined;
    });
    expect(responseOf(reply)).toEqual(createReply(orderId));
  });
});

/** The data of an order of one line. */
function totalling(price: string, totalAmount: string) {
  const items = [{ productId: MOUSE, quantity: 1, price }];
  return { orderId: newUuid(), userId: 'user-123', items, totalAmount };
}
