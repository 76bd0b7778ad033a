import {
  Fault,
  newUuid,
  type OrderKind,
  type OrderStage,
  Rejection,
} from '@backstitch/shared-types';
import { HistoryRepository } from '../history/history.repository.js';
import { foldOrder, type FoldedOrder } from '../orders/order-fold.js';
import { TRANSITIONS } from '../orders/order-stages.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import type { answerToStageChange } from '../orders/stage-change.js';
import { StageChangesHandler } from '../orders/stage-changes.handler.js';
import { StageChangesRepository } from '../orders/stage-changes.repository.js';
import { RebuildRepository } from '../rebuild/rebuild.repository.js';
import { creation, ordersDatabase, silent } from './orders-database.js';

/** The saga that cancels the orders that are made here as CANCELLING. */
export const CANCELLATION = newUuid();
export const SELLER = 'u:https://id:bob';

/** How an order of a kind comes to a stage; undefined when it never does. */
export function pathTo(kind: OrderKind, stage: OrderStage): OrderStage[] | undefined {
  const paths = new Map<OrderStage, OrderStage[]>();
  paths.set(kind === 'CHECKOUT' ? 'PLACED' : 'AWAITING_SELLER', []);
  for (const [from, path] of paths) {
    for (const { kind: of, from: at, to } of TRANSITIONS) {
      if (of === kind && at === from && !paths.has(to)) paths.set(to, [...path, to]);
    }
  }
  return paths.get(stage);
}

/** What a stage change answers, in words. */
export function inWords(answer: ReturnType<typeof answerToStageChange>): string {
  if (answer instanceof Rejection) return `no: ${answer.code}`;
  return answer instanceof Fault ? `fault: ${answer.code}` : answer;
}

/** A database of orders, and orders in it that their commands have brought to their stages. */
export async function stagedOrders() {
  const server = await ordersDatabase();
  const database = server.open();
  const orders = new OrdersRepository(database, 'USD');
  const stages = new StageChangesRepository(database);
  const history = new HistoryRepository(database);
  const rebuild = new RebuildRepository(database);

  async function step(
    orderId: string,
    kind: OrderKind,
    target: OrderStage,
    sagaId: string,
  ): Promise<unknown> {
    const { stage } = (await orders.read(orderId))!;
    const { command, by } = TRANSITIONS.find((each) => {
      return each.kind === kind && each.from === stage && each.to === target;
    })!;
    if (command === 'confirm' || command === 'cancel') {
      return orders.write({ change: command, orderId, sagaId });
    }
    const [role] = command === 'progress' || command === 'begin-cancel' ? by : [];
    const cancellationId = CANCELLATION;
    return stages.change({ command, orderId, target, role, sagaId, cancellationId });
  }

  return {
    server,
    database,
    orders,
    stages,
    /** The same on connections of another process. */
    replica: new StageChangesRepository(server.open()),
    handler: new StageChangesHandler(stages, silent),
    history,
    /** Brings an order one stage further. */
    step,
    /** An order in a stage, brought there by the commands of its life. */
    async orderIn(kind: OrderKind, stage: OrderStage, sagaId = newUuid()): Promise<string> {
      const write = creation(newUuid(), sagaId);
      const isPlain = kind === 'CHECKOUT';
      await orders.write({ ...write, ...(!isPlain && { change: 'place', sellerId: SELLER }) });
      for (const target of pathTo(kind, stage)!) await step(write.orderId, kind, target, sagaId);
      const found = (await orders.read(write.orderId))?.stage;
      if (found !== stage) throw new Error(`the order is ${found}, not ${stage}`);
      return write.orderId;
    },
    /** What the events of an order make, which is also its row. */
    async folded(orderId: string): Promise<FoldedOrder> {
      const found = (await rebuild.find(orderId))?.found ?? [];
      if (found.length > 0) throw new Error(JSON.stringify(found));
      return foldOrder(await history.eventsOf(orderId));
    },
  };
}

export type StagedOrders = Awaited<ReturnType<typeof stagedOrders>>;
