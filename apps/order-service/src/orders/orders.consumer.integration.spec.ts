import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '@backstitch/database';
import { metricsRegistry } from '@backstitch/service-kit';
import { serveCommands } from '@backstitch/service-kit/participant';
import { COMMAND_QUEUES, COMMANDS, newUuid, type SagaTag } from '@backstitch/shared-types';
import { servedQueue, waitFor, type ServedQueue } from '@backstitch/testkit';
import { AppModule } from '../app.module.js';
import { creation, MOUSE, ordersDatabase, sagaTag, silent } from '../testing/orders-database.js';

const QUEUE = COMMAND_QUEUES.order;

describe('the order commands, through the queue', () => {
  let server: Awaited<ReturnType<typeof ordersDatabase>>;
  let database: Database;
  let queue: ServedQueue;

  beforeAll(async () => {
    server = await ordersDatabase();
    database = server.open();
    const module = AppModule.of({ database, currency: 'USD', logger: silent });
    queue = await servedQueue(QUEUE, (brokerUrl) =>
      serveCommands({ brokerUrl, queue: QUEUE, module, database }),
    );
  });

  afterAll(async () => {
    await queue.close();
    await server.drop();
  });

  /** Sends a command and waits for its reply: the response, or the error as it travelled. */
  const ask = (pattern: string, data: unknown, saga?: SagaTag) => queue.ask(pattern, data, saga);

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
  it('creates, shows, confirms and shows again', async () => {
    const orderId = newUuid();
    const saga = sagaTag(newUuid());
    const created = await ask(COMMANDS.orderCreate, createData(orderId), saga);
    expect(created).toEqual(createReply(orderId));
    const confirmed = await ask(COMMANDS.orderConfirm, { orderId }, saga);
    expect(confirmed).toEqual({ success: true });
    expect(await ask(COMMANDS.orderGet, { orderId })).toEqual({
      id: orderId,
      userId: 'user-123',
      caller: 'o:user-123',
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
      lifecycle: {
        stage: 'CONFIRMED',
        kind: 'CHECKOUT',
        sellerId: null,
        version: 2,
        cancellationId: null,
        allowed: {
          customer: ['cancel'],
          seller: ['prepare', 'fulfil', 'cancel'],
          admin: ['prepare', 'fulfil', 'cancel'],
        },
      },
    });
  });

  it('answers 20 equal creations at once with 20 equal replies and one order', async () => {
    const orderId = newUuid();
    const saga = sagaTag(newUuid());
    const asking = Array.from({ length: 20 }, () =>
      ask(COMMANDS.orderCreate, createData(orderId), saga),
    );
    for (const reply of await Promise.all(asking)) {
      expect(reply).toEqual(createReply(orderId));
    }
    const later = await ask(COMMANDS.orderCreate, createData(orderId), saga);
    expect(later).toEqual(createReply(orderId));
  });

  it('knows an order in whatever case its id is spelled', async () => {
    const orderId = newUuid();
    await ask(COMMANDS.orderCreate, createData(orderId));
    const shouted = await ask(COMMANDS.orderCreate, createData(orderId.toUpperCase()));
    expect(shouted).toEqual(createReply(orderId));
  });

  it('says yes to an undo that comes first, and no to the creation that comes late', async () => {
    const orderId = newUuid();
    const saga = sagaTag(newUuid());
    const undone = await ask(COMMANDS.orderCancel, { orderId }, { ...saga, direction: 'undo' });
    expect(undone).toEqual({ success: true });
    const late = await ask(COMMANDS.orderCreate, createData(orderId), saga);
    expect(late).toMatchObject({ code: 'ORDER_CANCELLED', retryable: false });
    const again = await ask(COMMANDS.orderCancel, { orderId }, { ...saga, direction: 'undo' });
    expect(again).toEqual({ success: true });
    expect(await ask(COMMANDS.orderGet, { orderId })).toMatchObject({
      status: 'CANCELLED',
      userId: null,
      totalAmount: null,
    });
  });

  // R56
  it('keeps the caller of the order, also in a tombstone', async () => {
    const caller = 'u:https://id.example:user-123';
    const orderId = newUuid();
    await ask(COMMANDS.orderCreate, { ...createData(orderId), caller });
    expect(await ask(COMMANDS.orderGet, { orderId })).toMatchObject({ caller });
    const undone = newUuid();
    await ask(COMMANDS.orderCancel, { orderId: undone, caller });
    expect(await ask(COMMANDS.orderGet, { orderId: undone })).toMatchObject({
      caller,
      userId: null,
    });
  });

  it('keeps no caller that another command names for an order that exists', async () => {
    const orderId = newUuid();
    await ask(COMMANDS.orderCreate, createData(orderId));
    const caller = 'u:https://id.example:thief';
    await ask(COMMANDS.orderCreate, { ...createData(orderId), caller });
    await ask(COMMANDS.orderCancel, { orderId, caller });
    expect(await ask(COMMANDS.orderGet, { orderId })).toMatchObject({ caller: 'o:user-123' });
  });

  it('serves an order that an earlier release wrote, without a caller', async () => {
    const orderId = newUuid();
    await database.pool.query(
      `INSERT INTO orders (id, user_id, status, saga_state, total_amount, currency)
        VALUES ($1, 'user-123', 'PENDING', 'ORDER_CREATED', '49.98', 'USD')`,
      [orderId],
    );
    expect(await ask(COMMANDS.orderCreate, createData(orderId))).toEqual(createReply(orderId));
    const order = await ask(COMMANDS.orderGet, { orderId });
    expect(order).toMatchObject({ caller: null, userId: 'user-123' });
  });

  it('rejects the confirmation of a cancelled order', async () => {
    const orderId = newUuid();
    await ask(COMMANDS.orderCreate, createData(orderId));
    await ask(COMMANDS.orderCancel, { orderId });
    expect(await ask(COMMANDS.orderConfirm, { orderId })).toMatchObject({
      code: 'ORDER_CANCELLED',
      retryable: false,
    });
  });

  it('refuses to cancel a confirmed order, and counts the alarm', async () => {
    const orderId = newUuid();
    await ask(COMMANDS.orderCreate, createData(orderId));
    await ask(COMMANDS.orderConfirm, { orderId });
    const refused = await ask(COMMANDS.orderCancel, { orderId });
    expect(refused).toMatchObject({ code: 'ALREADY_CONFIRMED', retryable: false });
    expect(await ask(COMMANDS.orderGet, { orderId })).toMatchObject({
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
      expect(refused).toMatchObject({ code: 'WRONG_SAGA', retryable: false });
    }
    expect(await ask(COMMANDS.orderGet, { orderId })).toMatchObject({
      status: 'PENDING',
    });
  });

  it('has no order that was not created', async () => {
    for (const pattern of [COMMANDS.orderGet, COMMANDS.orderConfirm]) {
      const missing = await ask(pattern, { orderId: newUuid() });
      expect(missing).toMatchObject({ code: 'ORDER_NOT_FOUND', retryable: false });
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
    ['a caller that cannot be stored', { ...createData(newUuid()), caller: 'u:a:\u0000' }],
    ['half a character in its caller', { ...createData(newUuid()), caller: 'u:a:\ud800' }],
    ['a caller without an end', { ...createData(newUuid()), caller: 'u'.repeat(1_001) }],
    ['no text as its caller', { ...createData(newUuid()), caller: '' }],
    ['a caller as an object', { ...createData(newUuid()), caller: { id: 'u:a:b' } }],
  ])('dead-letters a creation with %s and answers that retrying is pointless', async (_n, data) => {
    const dead = `${QUEUE}.dead`;
    const before = (await queue.vhost.queue(dead))?.messages ?? 0;
    expect(await ask(COMMANDS.orderCreate, data)).toMatchObject({
      code: 'MALFORMED_COMMAND',
      retryable: false,
    });
    await waitFor(
      'the dead letter',
      async () => (await queue.vhost.queue(dead))?.messages === before + 1,
    );
  });

  it('takes an amount however many zeros follow its decimals, and stores and answers one spelling', async () => {
    const data = totalling('29.990', '29.9900');
    const created = await ask(COMMANDS.orderCreate, data);
    expect(created).toMatchObject({ totalAmount: '29.99' });
    const again = await ask(COMMANDS.orderCreate, { ...data, totalAmount: '29.99' });
    expect(again).toEqual(created);
    expect(await ask(COMMANDS.orderGet, { orderId: data.orderId })).toMatchObject({
      totalAmount: '29.99',
      items: [{ priceAtPurchase: '29.99' }],
    });
  });

  it('says which sum the lines make when the total is another one', async () => {
    const wrong = { ...createData(newUuid()), totalAmount: '100.00' };
    expect(await ask(COMMANDS.orderCreate, wrong)).toMatchObject({
      code: 'MALFORMED_COMMAND',
      message: expect.stringMatching(/100\.00.*49\.98/),
    });
    const missing = await ask(COMMANDS.orderGet, { orderId: wrong.orderId });
    expect(missing).toMatchObject({ code: 'ORDER_NOT_FOUND' });
  });

  it('answers a fault worth retrying while its connections die, and serves the repeat', async () => {
    const orderId = newUuid();
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    await database.pool.query(kill);
    const reply = await waitFor('a yes', async () => {
      const answer = await ask(COMMANDS.orderCreate, createData(orderId));
      if (isDeepStrictEqual(answer, createReply(orderId))) return answer;
      expect(answer).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
      return undefined;
    });
    expect(reply).toEqual(createReply(orderId));
  });
});

/** The data of an order of one line. */
function totalling(price: string, totalAmount: string) {
  const items = [{ productId: MOUSE, quantity: 1, price }];
  return { orderId: newUuid(), userId: 'user-123', items, totalAmount };
}
