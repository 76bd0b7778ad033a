import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ACTOR_ROLES,
  newUuid,
  ORDER_KINDS,
  ORDER_STAGES,
  type OrderKind,
  type OrderStage,
} from '@backstitch/shared-types';
import { creation, sagaTag } from '../testing/orders-database.js';
import {
  CANCELLATION,
  inWords,
  pathTo,
  SELLER,
  type StagedOrders,
  stagedOrders,
} from '../testing/staged-orders.js';
import { STATE_OF } from './order-stages.js';
import { answerToStageChange } from './stage-change.js';
import type { StageWrite } from './stage-changes.sql.js';

const [MINE, OTHER] = [newUuid(), newUuid()];

let shop: StagedOrders;

beforeAll(async () => {
  shop = await stagedOrders();
});
afterAll(() => shop.server.drop());

describe('a stage change', () => {
  // R80
  it('moves exactly the orders that the state machine lets go on, with one event each', async () => {
    const asked = (kind: OrderKind, stage: OrderStage) => {
      const changes: Omit<StageWrite, 'orderId'>[] = [
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
      ];
      return changes.map((each) => ({ ...each, kind, stage }));
    };
    const seen: Record<string, number> = {};
    for (const kind of ORDER_KINDS) {
      for (const stage of ORDER_STAGES) {
        if (!pathTo(kind, stage)) continue;
        const cases = asked(kind, stage);
        await Promise.all(
          cases.map(async ({ ...change }) => {
            const orderId = await shop.orderIn(kind, stage, MINE);
            const before = (await shop.history.eventsOf(orderId)).length;
            const write = { ...change, orderId };
            const { found, moved } = await shop.stages.change(write);
            const said = inWords(answerToStageChange(write, found));
            const after = await shop.folded(orderId);
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
    const orderId = await shop.orderIn('MARKETPLACE', 'PAID', MINE);
    const write = { command: 'advance', target: 'PREPARING', sagaId: MINE, orderId } as const;
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, nth) => (nth % 2 ? shop.stages : shop.replica).change(write)),
    );
    const said = results.map(({ found }) => inWords(answerToStageChange(write, found)));
    expect(new Set(said)).toEqual(new Set(['moves', 'done']));
    expect((await shop.folded(orderId)).stage).toBe('PREPARING');
    const events = await shop.history.eventsOf(orderId);
    expect(events.filter(({ type }) => type === 'PREPARING')).toHaveLength(1);
  });

  it('of an order that does not exist is a fault, and makes none', async () => {
    const orderId = newUuid();
    const command = { orderId, stage: 'PREPARING', actorRole: 'seller' } as const;
    await expect(shop.handler.progress(command, sagaTag(newUuid()))).rejects.toMatchObject({
      code: 'ORDER_NOT_FOUND',
    });
    expect(await shop.orders.read(orderId)).toBeUndefined();
  });

  it('has for whom it was done, and why, in its event', async () => {
    const orderId = await shop.orderIn('CHECKOUT', 'CONFIRMED');
    const cancellationId = newUuid();
    const words = { actorRole: 'customer', actor: 'u:https://id:ana', reason: 'too late' } as const;
    await shop.handler.beginCancel({ orderId, cancellationId, ...words }, sagaTag(cancellationId));
    const events = await shop.history.eventsOf(orderId);
    expect(events.at(-1)).toMatchObject({
      type: 'CANCELLING',
      sagaId: cancellationId,
      actor: 'u:https://id:ana',
      schema: 1,
      data: { cancellationId, role: 'customer', reason: 'too late' },
    });
  });

  it('is done for the saga that made it, also when the order went on since', async () => {
    const orderId = await shop.orderIn('CHECKOUT', 'CONFIRMED');
    const [prepare, fulfil, late] = [sagaTag(newUuid()), sagaTag(newUuid()), sagaTag(newUuid())];
    const as = { orderId, actorRole: 'seller' } as const;
    const done = { success: true };
    expect(await shop.handler.progress({ ...as, stage: 'PREPARING' }, prepare)).toEqual(done);
    expect(await shop.handler.progress({ ...as, stage: 'FULFILLED' }, fulfil)).toEqual(done);
    expect(await shop.handler.progress({ ...as, stage: 'PREPARING' }, prepare)).toEqual(done);
    expect(await shop.handler.progress({ ...as, stage: 'PREPARING' }, late)).toMatchObject({
      code: 'ORDER_STATE_CONFLICT',
      details: { stage: 'FULFILLED', allowed: [] },
    });
  });
});

describe('an order of a marketplace', () => {
  it('is taken back by its own saga until it is fulfilled, and by no other', async () => {
    for (const stage of ORDER_STAGES) {
      if (!pathTo('MARKETPLACE', stage)) continue;
      const sagaId = newUuid();
      const orderId = await shop.orderIn('MARKETPLACE', stage, sagaId);
      await shop.orders.write({ change: 'cancel', orderId, sagaId: newUuid() });
      expect((await shop.folded(orderId)).stage).toBe(stage);
      await shop.orders.write({ change: 'cancel', orderId, sagaId });
      const end = stage === 'FULFILLED' ? 'FULFILLED' : 'CANCELLED';
      expect((await shop.folded(orderId)).stage).toBe(end);
    }
  });

  it('is placed with its one seller', async () => {
    const orderId = await shop.orderIn('MARKETPLACE', 'AWAITING_SELLER');
    expect(await shop.orders.read(orderId)).toMatchObject({
      status: 'PENDING',
      stage: 'AWAITING_SELLER',
      kind: 'MARKETPLACE',
      seller_id: SELLER,
    });
  });

  it('that was cancelled before it came is not placed', async () => {
    const write = creation(newUuid(), newUuid());
    await shop.orders.write({ change: 'cancel', orderId: write.orderId, sagaId: write.sagaId });
    const late = { ...write, change: 'place', sellerId: SELLER } as const;
    expect((await shop.orders.write(late)).found).toMatchObject({ stage: 'CANCELLED' });
    expect((await shop.folded(write.orderId)).version).toBe(1);
  });
});

describe('an order that the previous release has moved on', () => {
  it.each([
    ['CONFIRMED', 'ORDER_CONFIRMED'],
    ['CANCELLED', 'COMPENSATED'],
  ])('is read by its status: %s', async (status, sagaState) => {
    const orderId = await shop.orderIn('CHECKOUT', 'PLACED');
    await shop.database.pool.query(
      'UPDATE orders SET status = $2, saga_state = $3, version = 2 WHERE id = $1',
      [orderId, status, sagaState],
    );
    expect(await shop.orders.read(orderId)).toMatchObject({ stage: status });
    const cancel = { command: 'begin-cancel', target: 'CANCELLING', role: 'customer' } as const;
    const { moved } = await shop.stages.change({ ...cancel, orderId, cancellationId: newUuid() });
    expect(moved).toBe(status === 'CONFIRMED');
  });
});
