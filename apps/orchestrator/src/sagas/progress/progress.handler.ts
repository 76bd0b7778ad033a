import type { Caller } from '@backstitch/auth';
import type { SagaDefinition } from '@backstitch/saga-engine';
import { Problem } from '@backstitch/service-kit';
import type { FulfilledOrderView, FulfilOrderDto } from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import { ownerOfOrder } from '../../host/callers/ownership.js';
import type { EndWaits } from '../../host/end-waits.js';
import type { SagaRuntime } from '../../host/saga.runtime.js';
import { actingRole, rolesOf } from '../acting-roles.js';
import type { StagedOrder, StagedOrders } from '../staged-orders.client.js';
import { unavailableFor } from '../unavailable.js';
import { conflictIn, progressIdOf, type ProgressInput } from './progress.js';

export interface FulfilRequest {
  orderId: string;
  requestId: string;
  caller: Caller | undefined;
  body: FulfilOrderDto;
}

export interface ProgressHandlerOptions {
  definition: SagaDefinition<ProgressInput>;
  sagas: SagaRuntime;
  orders: StagedOrders;
  waits: EndWaits;
  config: OrchestratorConfig;
}

export interface Fulfilled {
  status: 200 | 202;
  replayed: boolean;
  body: FulfilledOrderView;
}

const CONFLICT = 'The order cannot be handed over in its stage.';

/** Hands plain orders over. */
export class ProgressHandler {
  constructor(private readonly options: ProgressHandlerOptions) {}

  /** Throws a Problem. The same request may be sent again: it has one effect. */
  async fulfil(request: FulfilRequest): Promise<Fulfilled> {
    try {
      return await this.fulfilOnce(request);
    } catch (error) {
      throw unavailableFor(error);
    }
  }

  private async fulfilOnce({ requestId, caller, ...request }: FulfilRequest): Promise<Fulfilled> {
    const { definition, sagas, orders, waits, config } = this.options;
    const orderId = request.orderId.toLowerCase();
    const order = await orders.read(orderId);
    const actorRole = order && roleOf(order, caller);
    if (!order || actorRole === undefined) throw new Problem('ORDER_NOT_FOUND');
    const { stage, version, kind, allowed } = order.lifecycle;
    if (kind !== 'CHECKOUT' || (stage !== 'FULFILLED' && !allowed[actorRole].includes('fulfil'))) {
      throw conflict(orderId, { stage, allowed: allowed[actorRole] });
    }
    const { tracking } = request.body;
    const input: ProgressInput = {
      caller: ownerOfOrder(order),
      ...(caller && { actor: caller.id }),
      actorRole,
      stage: 'FULFILLED',
      ...(tracking !== undefined && { tracking }),
    };
    if (stage === 'FULFILLED') {
      return { status: 200, replayed: true, body: { orderId, sagaId: null, stage } };
    }
    const sagaId = progressIdOf(orderId, version, input);
    const start = { definition, sagaId, subjectId: orderId, input, requestId };
    const begun = await sagas.engine.start(start);
    const replayed = begun.kind !== 'started';
    const ended = await waits.waitForEnd(sagaId, config.CHECKOUT_WAIT_MS);
    if (ended?.phase === 'undone') throw conflict(orderId, conflictIn(ended.failure.details));
    const now = ended ? 'FULFILLED' : stage;
    return { status: ended ? 200 : 202, replayed, body: { orderId, sagaId, stage: now } };
  }
}

function roleOf(order: StagedOrder, caller: Caller | undefined) {
  const { sellerId } = order.lifecycle;
  const createdAtMs = Date.parse(order.createdAt);
  const owned = { owner: ownerOfOrder(order), sellerId, createdAtMs };
  return actingRole(rolesOf(caller, owned, Date.now()), 'fulfil', order.lifecycle);
}

function conflict(orderId: string, what: ReturnType<typeof conflictIn>): Problem {
  return new Problem('ORDER_STATE_CONFLICT', CONFLICT, { extensions: { orderId, ...what } });
}
