import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '@backstitch/database';
import {
  ACTOR_ROLES,
  Fault,
  newUuid,
  ORDER_KINDS,
  ORDER_STAGES,
  type OrderKind,
  type OrderStage,
  Rejection,
} from '@backstitch/shared-types';
import { HistoryRepository } from '../history/history.repository.js';
import { RebuildRepository } from '../rebuild/rebuild.repository.js';
import { creation, ordersDatabase, sagaTag, silent } from '../testing/orders-database.js';
import { foldOrder } from './order-fold.js';
import { STATE_OF, TRANSITIONS } from './order-stages.js';
import { OrdersRepository } from './orders.repository.js';
import { answerToStageChange } from './stage-change.js';
import { StageChangesHandler } from './stage-changes.handler.js';
import { StageChangesRepository } from './stage-changes.repository.js';
import type { StageWrite } from './stage-changes.sql.js';

const [MINE, OTHER, CANCELLATION] = [newUuid(), newUuid(), newUuid()];
const SELLER = 'u:https://id:bob';

let server: Awaited<ReturnType<typeof ordersDatabase>>;
let database: Database;
let orders: OrdersRepository;
let stages: StageChangesRepository;
let replica: StageChangesRepository;
let handler: StageChangesHandler;
let history: HistoryRepository;

beforeAll(async () => {
  server = await ordersDatabase();
  database = server.open();
  orders = new OrdersRepository(database, 'USD');
  stages = new StageChangesRepository(database);
  replica = new StageChangesRepository(server.open());
  handler = new StageChangesHandler(stages, silent);
  history = new HistoryRepository(database);
});
afterAll(() => server.drop());

/** How an order of a kind comes to each of its stages. */
function pathTo(kind: OrderKind, stage: OrderStage): OrderStage[] | undefined {
  const paths = new Map<OrderStage, OrderStage[]>();
  const first = kind === 'CHECKOUT' ? 'PLACED' : 'AWAITING_SELLER';
  paths.set(first, []);
  for (const [from, path] of paths) {
    for (const { kind: of, from: at, to } of TRANSITIONS) {
      if (of === kind && at === from && !paths.has(to)) paths.set(to, [...path, to]);
    }
  }
  return paths.get(stage);
}

async function step(orderId: string, kind: OrderKind, target: OrderStage, sagaId: string) {
  const row = await orders.read(orderId);
  const by = TRANSITIONS.find((each) => {
    return each.kind === kind && each.from === row!.stage && each.to === target;
  })!;
  const { command } = by;
  if (command === 'confirm' || command === 'cancel') {
    return orders.write({ change: command, orderId, sagaId });
  }
  const [role] = command === 'progress' || command === 'begin-cancel' ? by.by : [];
  return stages.change({ command, orderId, target, role, sagaId, cancellationId: CANCELLATION });
}

/** An order in a stage, brought there by the commands of its life. */
async function orderIn(kind: OrderKind, stage: OrderStage, sagaId = newUuid()): Promise<string> {
  const write = creation(newUuid(), sagaId);
  const isPlain = kind === 'CHECKOUT';
  await orders.write({ ...write, ...(!isPlain && { change: 'place', sellerId: SELLER }) });
  for (const target of pathTo(kind, stage)!) await step(write.orderId, kind, target, sagaId);
  expect((await orders.read(write.orderId))?.stage).toBe(stage);
  return write.orderId;
}

/** The row follows from its events, and says what they say. */
async function follows(orderId: string) {
  const folded = foldOrder(await history.eventsOf(orderId));
  const found = await new RebuildRepository(database).find(orderId);
  expect(found?.found).toEqual([]);
  return folded;
}

const inWords = (answer: ReturnType<typeof answerToStageChange>) => {
  if (answer instanceof Rejection) return `no: ${answer.code}`;
  return answer instanceof Fault ? `fault: ${answer.code}` : answer;
};

describe('a stage change', () => {
  // R80
  it('moves exactly the orders that the state machine lets go on, with one event each', async () => {
    const asked = (kind: OrderKind, stage: OrderStage): Omit<StageWrite, 'orderId'>[] =>
      [
        ...ORDER_STAGES.flatMap((target) => [
          { command: 'advance', target, sagaId: MINE } as const,
          ...ACTOR_ROLES.map(
            (role) => ({ command: 'progress', target, role, sagaId: OTHER }) as const,
          ),
        ]),
        { command: 'advance', target: 'PAID', sagaId: OTHER },
        { command: 'advance', target: 'PAID' },
        ...ACTOR_ROLES.flatMap((role) =>
          [CANCELLATION, OTHER].map((cancellationId) => {
            return { command: 'begin-cancel', target: 'CANCELLING', role, cancellationId } as const;
          }),
        ),
        ...[CANCELLATION, OTHER].map((cancellationId) => {
          return { command: 'end-cancel', target: 'CANCELLED', cancellationId } as const;
        }),
      ].map((each) => ({ ...each, kind, stage }));
    const seen: Record<string, number> = {};
    for (const kind of ORDER_KINDS) {
      for (const stage of ORDER_STAGES) {
        if (!pathTo(kind, stage)) continue;
        const cases = asked(kind, stage);
        await Promise.all(
          cases.map(async ({ ...change }) => {
            const orderId = await orderIn(kind, stage, MINE);
            const before = (await history.eventsOf(orderId)).length;
            const write = { ...change, orderId };
            const { found, moved } = await stages.change(write);
            const said = inWords(answerToStageChange(write, found));
            const after = await follows(orderId);
            seen[said] = (seen[said] ?? 0) + 1;
            const expected = said === 'moves' ? write.target : stage;
            expect({
              kind,
              stage,
              change,
              moved,
              version: after.version,
              now: after.stage,
            }).toEqual({
              kind,
              stage,
              change,
              moved: said === 'moves',
              version: before + (said === 'moves' ? 1 : 0),
              now: expected,
            });
            expect(after).toMatchObject(STATE_OF[expected]);
          }),
        );
      }
    }
    expect(Object.keys(seen).sort()).toEqual([
      'done',
      'fault: ORDER_PENDING',
      'fault: ORDER_STATE_CONFLICT',
      'fault: WRONG_SAGA',
      'moves',
      'no: ORDER_CANCELLED',
      'no: ORDER_NOT_CANCELLABLE',
      'no: ORDER_STATE_CONFLICT',
    ]);
  });

  it('is one effect and one answer, 20 times at once on two replicas', async () => {
    const orderId = await orderIn('MARKETPLACE', 'PAID', MINE);
    const write = { command: 'advance', target: 'PREPARING', sagaId: MINE, orderId } as const;
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, nth) => (nth % 2 ? stages : replica).change(write)),
    );
    const said = results.map(({ found }) => inWords(answerToStageChange(write, found)));
    expect(new Set(said)).toEqual(new Set(['moves', 'done']));
    expect((await follows(orderId)).stage).toBe('PREPARING');
    const events = await history.eventsOf(orderId);
    expect(events.filter(({ type }) => type === 'PREPARING')).toHaveLength(1);
  });

  it('of an order that does not exist is a fault, and makes none', async () => {
    const orderId = newUuid();
    const command = { orderId, stage: 'PREPARING', actorRole: 'seller' } as const;
    await expect(handler.progress(command, sagaTag(newUuid()))).rejects.toMatchObject({
      code: 'ORDER_NOT_FOUND',
    });
    expect(await orders.read(orderId)).toBeUndefined();
  });

  it('has for whom it was done, and why, in its event', async () => {
    const orderId = await orderIn('CHECKOUT', 'CONFIRMED');
    const cancellationId = newUuid();
    const words = { actorRole: 'customer', actor: 'u:https://id:ana', reason: 'too late' } as const;
    await handler.beginCancel({ orderId, cancellationId, ...words }, sagaTag(cancellationId));
    const events = await history.eventsOf(orderId);
    expect(events.at(-1)).toMatchObject({
      type: 'CANCELLING',
      sagaId: cancellationId,
      actor: 'u:https://id:ana',
      schema: 1,
      data: { cancellationId, role: 'customer', reason: 'too late' },
    });
  });

  it('is done for the saga that made it, also when the order went on since', async () => {
    const orderId = await orderIn('CHECKOUT', 'CONFIRMED');
    const [prepare, fulfil, late] = [sagaTag(newUuid()), sagaTag(newUuid()), sagaTag(newUuid())];
    const as = { orderId, actorRole: 'seller' } as const;
    const done = { success: true };
    expect(await handler.progress({ ...as, stage: 'PREPARING' }, prepare)).toEqual(done);
    expect(await handler.progress({ ...as, stage: 'FULFILLED' }, fulfil)).toEqual(done);
    expect(await handler.progress({ ...as, stage: 'PREPARING' }, prepare)).toEqual(done);
    expect(await handler.progress({ ...as, stage: 'PREPARING' }, late)).toMatchObject({
      code: 'ORDER_STATE_CONFLICT',
      details: { stage: 'FULFILLED', allowed: [] },
    });
  });
});

describe('the cancellation of a confirmed order', () => {
  // R116, O3
  it('is accepted once of 20 at once, and the others learn which saga won', async () => {
    const orderId = await orderIn('CHECKOUT', 'CONFIRMED');
    const writes = Array.from({ length: 20 }, (_, nth) => ({
      command: 'begin-cancel' as const,
      target: 'CANCELLING' as const,
      orderId,
      cancellationId: newUuid(),
      role: nth % 3 === 0 ? ('seller' as const) : ('customer' as const),
    }));
    const results = await Promise.all(
      writes.map((write, nth) => (nth % 2 ? stages : replica).change(write)),
    );
    const winners = writes.filter((_, nth) => results[nth]!.moved);
    expect(winners).toHaveLength(1);
    const [{ cancellationId }] = winners as [(typeof writes)[number]];
    for (const [nth, write] of writes.entries()) {
      if (results[nth]!.moved) continue;
      const answer = answerToStageChange(write, results[nth]!.found);
      expect(answer).toMatchObject({
        code: 'ORDER_CANCELLED',
        details: { sagaId: cancellationId },
      });
    }
    expect((await follows(orderId)).cancellationId).toBe(cancellationId);
  });

  // R116, O4
  it('or its fulfilment, 100 pairs at once: exactly one of each pair succeeds', async () => {
    const ended = { FULFILLED: 0, CANCELLING: 0 };
    for (let pair = 0; pair < 100; pair += 1) {
      const orderId = await orderIn('CHECKOUT', 'CONFIRMED');
      const cancellationId = newUuid();
      const fulfil = { command: 'progress', target: 'FULFILLED', role: 'seller', orderId } as const;
      const cancel = {
        command: 'begin-cancel',
        target: 'CANCELLING',
        role: 'customer',
        cancellationId,
        orderId,
      } as const;
      const [first, second] = pair % 2 ? [stages, replica] : [replica, stages];
      const [given, cancelled] = await Promise.all([first.change(fulfil), second.change(cancel)]);
      expect(given.moved).toBe(!cancelled.moved);
      const { stage } = await follows(orderId);
      expect(stage).toBe(given.moved ? 'FULFILLED' : 'CANCELLING');
      ended[stage as keyof typeof ended] += 1;
      const loser = given.moved
        ? inWords(answerToStageChange(cancel, cancelled.found))
        : inWords(answerToStageChange(fulfil, given.found));
      expect(loser).toBe(given.moved ? 'no: ORDER_NOT_CANCELLABLE' : 'no: ORDER_STATE_CONFLICT');
    }
    expect(ended.FULFILLED + ended.CANCELLING).toBe(100);
  });

  // R117
  it('of an order that is not decided is asked for again, and succeeds after the confirmation', async () => {
    const sagaId = newUuid();
    const orderId = await orderIn('CHECKOUT', 'PLACED', sagaId);
    const cancellationId = newUuid();
    const command = { orderId, cancellationId, actorRole: 'customer' } as const;
    await expect(handler.beginCancel(command, sagaTag(cancellationId))).rejects.toMatchObject({
      code: 'ORDER_PENDING',
      retryable: true,
    });
    await orders.write({ change: 'confirm', orderId, sagaId });
    const done = { success: true };
    expect(await handler.beginCancel(command, sagaTag(cancellationId))).toEqual(done);
    expect(await handler.beginCancel(command, sagaTag(cancellationId))).toEqual(done);
    const end = { orderId, cancellationId };
    expect(await handler.endCancel(end, sagaTag(cancellationId))).toEqual(done);
    expect(await handler.endCancel(end, sagaTag(cancellationId))).toEqual(done);
    expect(await handler.beginCancel(command, sagaTag(cancellationId))).toEqual(done);
    expect(await follows(orderId)).toMatchObject({ stage: 'CANCELLED', version: 4 });
  });

  // R115, O9
  it('keeps a late repeat of the confirmation from turning its saga round', async () => {
    for (const stage of ['CANCELLING', 'CANCELLED'] as const) {
      const sagaId = newUuid();
      const orderId = await orderIn('CHECKOUT', 'CANCELLING', sagaId);
      if (stage === 'CANCELLED') await step(orderId, 'CHECKOUT', 'CANCELLED', sagaId);
      const { found } = await orders.write({ change: 'confirm', orderId, sagaId });
      expect(found).toMatchObject({ stage, cancellationId: CANCELLATION });
      expect((await follows(orderId)).stage).toBe(stage);
    }
  });

  // R118
  it('does not let another saga end it, nor the undo of a checkout cancel it', async () => {
    const sagaId = newUuid();
    const orderId = await orderIn('CHECKOUT', 'CANCELLING', sagaId);
    await expect(
      handler.endCancel({ orderId, cancellationId: newUuid() }, sagaTag(newUuid())),
    ).rejects.toMatchObject({ code: 'WRONG_SAGA', retryable: false });
    await orders.write({ change: 'cancel', orderId, sagaId });
    expect((await follows(orderId)).stage).toBe('CANCELLING');
  });
});

describe('an order of a marketplace', () => {
  it('is taken back by its own saga until it is fulfilled, and by no other', async () => {
    for (const stage of ORDER_STAGES) {
      if (!pathTo('MARKETPLACE', stage)) continue;
      const sagaId = newUuid();
      const orderId = await orderIn('MARKETPLACE', stage, sagaId);
      await orders.write({ change: 'cancel', orderId, sagaId: newUuid() });
      expect((await follows(orderId)).stage).toBe(stage);
      await orders.write({ change: 'cancel', orderId, sagaId });
      const end = stage === 'FULFILLED' ? 'FULFILLED' : 'CANCELLED';
      expect((await follows(orderId)).stage).toBe(end);
    }
  });

  it('is placed with its one seller', async () => {
    const orderId = await orderIn('MARKETPLACE', 'AWAITING_SELLER');
    expect(await orders.read(orderId)).toMatchObject({
      status: 'PENDING',
      stage: 'AWAITING_SELLER',
      kind: 'MARKETPLACE',
      seller_id: SELLER,
    });
  });

  it('that was cancelled before it came is not placed', async () => {
    const write = creation(newUuid(), newUuid());
    await orders.write({ change: 'cancel', orderId: write.orderId, sagaId: write.sagaId });
    const late = { ...write, change: 'place', sellerId: SELLER } as const;
    expect((await orders.write(late)).found).toMatchObject({ stage: 'CANCELLED' });
    expect((await follows(write.orderId)).version).toBe(1);
  });
});

describe('an order that the previous release has moved on', () => {
  it.each([
    ['CONFIRMED', 'ORDER_CONFIRMED'],
    ['CANCELLED', 'COMPENSATED'],
  ])('is read by its status: %s', async (status, sagaState) => {
    const orderId = await orderIn('CHECKOUT', 'PLACED');
    await database.pool.query(
      'UPDATE orders SET status = $2, saga_state = $3, version = 2 WHERE id = $1',
      [orderId, status, sagaState],
    );
    expect(await orders.read(orderId)).toMatchObject({ stage: status });
    const cancel = { command: 'begin-cancel', target: 'CANCELLING', role: 'customer' } as const;
    const { moved } = await stages.change({ ...cancel, orderId, cancellationId: newUuid() });
    expect(moved).toBe(status === 'CONFIRMED');
  });
});
