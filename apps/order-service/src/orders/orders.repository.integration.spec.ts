import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '@backstitch/database';
import { Fault, newUuid, Rejection, type OrderStatus } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { creation, LIMITED, MOUSE, ordersDatabase } from '../testing/orders-database.js';
import { answerTo } from './order.js';
import { OrdersRepository } from './orders.repository.js';

describe('OrdersRepository', () => {
  let server: Awaited<ReturnType<typeof ordersDatabase>>;
  let database: Database;
  let orders: OrdersRepository;
  let replica: OrdersRepository;

  beforeAll(async () => {
    server = await ordersDatabase();
    database = server.open();
    orders = new OrdersRepository(database, 'USD');
    replica = new OrdersRepository(server.open(), 'USD');
  });

  afterAll(() => server.drop());

  const rows = async (text: string, ...values: unknown[]) =>
    (await database.pool.query(text, values)).rows;
  const eventsOf = async (orderId: string) => {
    const text = 'SELECT sequence, type FROM order_events WHERE order_id = $1 ORDER BY sequence';
    const found = await rows(text, orderId);
    return found.map(({ sequence, type }) => `${sequence} ${type}`);
  };
  const confirm = (orderId: string, sagaId?: string) =>
    orders.write({ change: 'confirm', orderId, sagaId });
  const cancel = (orderId: string, sagaId?: string) =>
    orders.write({ change: 'cancel', orderId, sagaId });

  it('keeps an order with its lines and its saga', async () => {
    const sagaId = newUuid();
    const write = creation(newUuid(), sagaId);
    expect(await orders.write(write)).toEqual({ found: undefined, totalAmount: '49.98' });
    expect(await orders.read(write.orderId)).toMatchObject({
      id: write.orderId,
      user_id: 'user-123',
      status: 'PENDING',
      saga_state: 'ORDER_CREATED',
      total_amount: '49.98',
      currency: 'USD',
      saga_id: sagaId,
      items: [
        { productId: MOUSE, quantity: 1, priceAtPurchase: '29.99' },
        { productId: LIMITED, quantity: 1, priceAtPurchase: '19.99' },
      ],
    });
    expect(await eventsOf(write.orderId)).toEqual(['1 CREATED']);
  });

  it('confirms once, however often it is asked to', async () => {
    const write = creation();
    await orders.write(write);
    const answers = await Promise.all([1, 2, 3].map(() => confirm(write.orderId)));
    answers.push(await confirm(write.orderId));
    expect(new Set(answers.map(({ found }) => found?.status))).toEqual(
      new Set(['PENDING', 'CONFIRMED']),
    );
    expect(await orders.read(write.orderId)).toMatchObject({
      status: 'CONFIRMED',
      saga_state: 'ORDER_CONFIRMED',
    });
    expect(await eventsOf(write.orderId)).toEqual(['1 CREATED', '2 CONFIRMED']);
  });

  it('creates once, asked 20 times at once by two replicas', async () => {
    const write = creation(newUuid(), newUuid());
    const asking = Array.from({ length: 20 }, (_, i) => (i % 2 ? orders : replica).write(write));
    const answers = await Promise.all(asking);
    expect(answers.every(({ totalAmount }) => totalAmount === '49.98')).toBe(true);
    const lines = await rows('SELECT line FROM order_items WHERE order_id = $1', write.orderId);
    expect(lines).toHaveLength(2);
    expect(await eventsOf(write.orderId)).toEqual(['1 CREATED']);
  });

  it('keeps the first of two creations that differ', async () => {
    const write = creation();
    await orders.write(write);
    const other = { ...write, order: { ...write.order!, totalAmount: '1.00', userId: 'eve' } };
    expect(await replica.write(other)).toMatchObject({ totalAmount: '49.98' });
    expect(await orders.read(write.orderId)).toMatchObject({ user_id: 'user-123' });
  });

  it('leaves a tombstone for an undo that comes first; the late creation changes nothing', async () => {
    const write = creation(newUuid(), newUuid());
    expect((await cancel(write.orderId, write.sagaId)).found).toBeUndefined();
    expect((await orders.write(write)).found).toMatchObject({ status: 'CANCELLED' });
    expect(await orders.read(write.orderId)).toMatchObject({
      status: 'CANCELLED',
      saga_state: 'COMPENSATED',
      user_id: null,
      total_amount: null,
      items: [],
    });
    expect(await eventsOf(write.orderId)).toEqual(['1 CANCELLED_UNSEEN']);
  });

  it('ends CANCELLED whichever of creation and undo comes first, from two replicas at once', async () => {
    for (let round = 0; round < 50; round += 1) {
      const write = creation(newUuid(), newUuid());
      const undo = { change: 'cancel', orderId: write.orderId, sagaId: write.sagaId } as const;
      const [created, undone] = await Promise.all([orders.write(write), replica.write(undo)]);
      const row = await orders.read(write.orderId);
      expect(row?.status).toBe('CANCELLED');
      const createdFirst = created.found === undefined;
      expect(createdFirst).toBe(undone.found?.status === 'PENDING');
      expect(row?.items).toHaveLength(createdFirst ? 2 : 0);
      const expected = createdFirst ? ['1 CREATED', '2 CANCELLED'] : ['1 CANCELLED_UNSEEN'];
      expect(await eventsOf(write.orderId)).toEqual(expected);
    }
  });

  it('lets exactly one of confirm and cancel win, from two replicas at once', async () => {
    for (let round = 0; round < 50; round += 1) {
      const write = creation();
      const { orderId } = write;
      await orders.write(write);
      const [confirmed, cancelled] = await Promise.all([
        confirm(orderId),
        replica.write({ change: 'cancel', orderId }),
      ]);
      const winners = [confirmed, cancelled].filter(({ found }) => found?.status === 'PENDING');
      expect(winners).toHaveLength(1);
      const status = winners[0] === confirmed ? 'CONFIRMED' : 'CANCELLED';
      expect((await orders.read(orderId))?.status).toBe(status);
      expect(await eventsOf(orderId)).toEqual(['1 CREATED', `2 ${status}`]);
    }
  });

  it('fails no command when two replicas write the same orders in opposite directions', async () => {
    const ids = Array.from({ length: 60 }, () => newUuid());
    const forth = ids.map((orderId) => orders.write(creation(orderId)));
    const back = [...ids]
      .reverse()
      .map((orderId) => replica.write({ change: 'cancel', orderId, sagaId: undefined }));
    await Promise.all([...forth, ...back]);
    const left = await rows(
      `SELECT id FROM orders WHERE id = ANY ($1::uuid[]) AND status <> 'CANCELLED'`,
      ids,
    );
    expect(left).toEqual([]);
  });

  it('stores the neighbours of an order that cannot be stored', async () => {
    const good = [creation(), creation(), creation()];
    const bad = creation();
    bad.order!.userId = 'half \u0000 a name';
    const outcomes = await Promise.allSettled(
      [good[0]!, bad, good[1]!, good[2]!].map((write) => orders.write(write)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(await orders.read(bad.orderId)).toBeUndefined();
  });

  it('answers a batch of every command in one statement, each by its own row', async () => {
    const made = [creation(), creation(), creation()];
    await Promise.all(made.map((write) => orders.write(write)));
    const [confirmed, cancelled, repeated] = made;
    const fresh = creation();
    const unknown = newUuid();
    const before = await statementsOf(database);
    const answers = await Promise.all([
      confirm(confirmed!.orderId),
      cancel(cancelled!.orderId),
      orders.write(repeated!),
      orders.write(fresh),
      confirm(unknown),
    ]);
    expect(answers.map(({ found }) => found?.status)).toEqual([
      'PENDING',
      'PENDING',
      'PENDING',
      undefined,
      undefined,
    ]);
    expect((await statementsOf(database)) - before).toBe(1);
    expect(await orders.read(unknown)).toBeUndefined();
  });

  it('does in SQL what the program answers, for every state, command and saga', async () => {
    const changes = ['create', 'confirm', 'cancel'] as const;
    const states: ('NONE' | OrderStatus)[] = ['NONE', 'PENDING', 'CONFIRMED', 'CANCELLED'];
    const after: Record<(typeof changes)[number], OrderStatus> = {
      create: 'PENDING',
      confirm: 'CONFIRMED',
      cancel: 'CANCELLED',
    };
    for (const change of changes) {
      for (const state of states) {
        for (const asking of ['same', 'other', 'none']) {
          const sagaId = newUuid();
          const write = creation(newUuid(), sagaId);
          const { orderId } = write;
          if (state === 'PENDING' || state === 'CONFIRMED') await orders.write(write);
          if (state === 'CONFIRMED') await confirm(orderId);
          if (state === 'CANCELLED') await cancel(orderId, sagaId);
          const asked = { same: sagaId, other: newUuid(), none: undefined }[asking];
          const { found } = await orders.write({ ...write, change, sagaId: asked });
          const answer = answerTo(change, orderId, found, asked);
          const changed = answer === 'done' && (state === 'NONE' || state === 'PENDING');
          const expected = changed ? after[change] : state;
          const status = (await orders.read(orderId))?.status ?? 'NONE';
          const refused = answer instanceof Rejection || answer instanceof Fault;
          expect([change, state, asking, status, (await eventsOf(orderId)).length]).toEqual([
            change,
            state,
            asking,
            expected,
            eventsExpected(state, !refused && expected !== state),
          ]);
        }
      }
    }
  });

  it('changes an order without touching an index', async () => {
    // One connection, because each reports what it has counted for itself.
    const single = server.open(1);
    const writer = new OrdersRepository(single, 'USD');
    const writes = Array.from({ length: 200 }, () => creation());
    const counted = async () => {
      const text = `SELECT n_tup_upd::int AS updated, n_tup_hot_upd::int AS hot
        FROM pg_stat_user_tables WHERE relname = 'orders'`;
      return (await single.pool.query<{ updated: number; hot: number }>(text)).rows[0]!;
    };
    await Promise.all(writes.map((write) => writer.write(write)));
    const before = await counted();
    await Promise.all(
      writes.map(({ orderId }) => writer.write({ change: 'confirm', orderId, sagaId: undefined })),
    );
    const { updated, hot } = await waitFor('the updates to be counted', async () => {
      const now = await counted();
      const done = { updated: now.updated - before.updated, hot: now.hot - before.hot };
      return done.updated >= writes.length && done;
    });
    expect(hot).toBe(updated);
  });

  it('refuses to rewrite what happened', async () => {
    const write = creation();
    await orders.write(write);
    for (const rewriting of ['DELETE FROM order_events', 'UPDATE order_events SET sequence = 7']) {
      await expect(rows(rewriting)).rejects.toThrow(/append-only/);
    }
  });
});

const EVENTS = { NONE: 0, PENDING: 1, CONFIRMED: 2, CANCELLED: 1 };

function eventsExpected(state: keyof typeof EVENTS, changed: boolean): number {
  return EVENTS[state] + (changed ? 1 : 0);
}

/** How many transactions the orders were written by: each has an id of its own. */
async function statementsOf(database: Database): Promise<number> {
  const text = 'SELECT count(DISTINCT xmin::text)::int AS n FROM order_events';
  return (await database.pool.query<{ n: number }>(text)).rows[0]!.n;
}
