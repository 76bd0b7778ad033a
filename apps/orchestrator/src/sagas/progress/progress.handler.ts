import type { Caller } from '@backstitch/auth';
import type { SagaDefinition } from '@backstitch/saga-engine';
import { Problem } from '@backstitch/service-kit';
import type { MovedOrderView, OrderAction, ProgressStage } from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import { ownerOfOrder } from '../../host/callers/ownership.js';
import type { SagaWaits } from '../../host/saga-waits.js';
import type { SagaRuntime } from '../../host/saga.runtime.js';
import { actingRole, rolesOf } from '../acting-roles.js';
import type { StagedOrder, StagedOrders } from '../staged-orders.client.js';
import { unavailableFor } from '../unavailable.js';
import { ACTION_TO, conflictIn, progressIdOf, type ProgressInput } from './progress.js';

export interface MoveRequest {
  orderId: string;
  requestId: string;
  caller: Caller | undefined;
  stage: ProgressStage;
  tracking: string | undefined;
}

export interface ProgressHandlerOptions {
  definition: SagaDefinition<ProgressInput>;
  sagas: SagaRuntime;
  orders: StagedOrders;
  waits: SagaWaits;
  config: OrchestratorConfig;
}

export interface Moved {
  status: 200 | 202;
  replayed: boolean;
  body: MovedOrderView;
}

/** Prepares plain orders, and hands them over. */
export class ProgressHandler {
  constructor(private readonly options: ProgressHandlerOptions) {}

  /** Throws a Problem. The same request may be sent again: it has one effect. */
  async move(request: MoveRequest): Promise<Moved> {
    try {
      return await this.moveOnce(request);
    } catch (error) {
      throw unavailableFor(error);
    }
  }

  private async moveOnce({ requestId, caller, ...request }: MoveRequest): Promise<Moved> {
    const { definition, sagas, orders, waits, config } = this.options;
    const orderId = request.orderId.toLowerCase();
    const order = await orders.read(orderId);
    const action = ACTION_TO[request.stage];
    const actorRole = order && roleOf(order, caller, action);
    if (!order || actorRole === undefined) throw new Problem('ORDER_NOT_FOUND');
    const { stage, version, kind, allowed } = order.lifecycle;
    const isThere = stage === request.stage;
    if (kind !== 'CHECKOUT' || (!isThere && !allowed[actorRole].includes(action))) {
      throw conflict(orderId, { stage, allowed: allowed[actorRole] });
    }
    if (isThere) return { status: 200, replayed: true, body: { orderId, sagaId: null, stage } };
    const { tracking } = request;
    const input: ProgressInput = {
      caller: ownerOfOrder(order),
      ...(caller && { actor: caller.id }),
      actorRole,
      stage: request.stage,
      ...(tracking !== undefined && { tracking }),
    };
    const sagaId = progressIdOf(orderId, version, input);
    const start = { definition, sagaId, subjectId: orderId, input, requestId };
    const begun = await sagas.engine.start(start);
    const replayed = begun.kind !== 'started';
    const ended = await waits.waitForEnd(sagaId, config.CHECKOUT_WAIT_MS);
    if (ended?.phase === 'undone') throw conflict(orderId, conflictIn(ended.failure.details));
    const now = ended ? request.stage : stage;
    return { status: ended ? 200 : 202, replayed, body: { orderId, sagaId, stage: now } };
  }
}

function roleOf(order: StagedOrder, caller: Caller | undefined, action: OrderAction) {
  const { sellerId } = order.lifecycle;
  const createdAtMs = Date.parse(order.createdAt);
  const owned = { owner: ownerOfOrder(order), sellerId, createdAtMs };
  return actingRole(rolesOf(caller, owned, Date.now()), action, order.lifecycle);
}

function conflict(orderId: string, { stage, allowed }: ReturnType<typeof conflictIn>): Problem {
  const now = allowed?.length ? `${allowed.join(', ')} is` : 'nothing is';
  const detail = `The order is ${stage ?? 'in another stage'}: ${now} allowed now.`;
  return new Problem('ORDER_STATE_CONFLICT', detail, { extensions: { orderId, stage, allowed } });
}
