import type { Caller } from '@backstitch/auth';
import type { EndedSaga, SagaDefinition } from '@backstitch/saga-engine';
import { type Logger, Problem, reachedFaultPoint } from '@backstitch/service-kit';
import {
  type ActorRole,
  type CancelledOrderView,
  type CancelOrderDto,
  type OrderLifecycle,
  type OrderStage,
} from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import { ownerOfInput, ownerOfOrder } from '../../host/callers/ownership.js';
import type { SagaWaits } from '../../host/saga-waits.js';
import type { SagaRuntime } from '../../host/saga.runtime.js';
import { actingRole, rolesOf } from '../acting-roles.js';
import { cancelSignalOf } from '../cancel-signals.js';
import type { StagedOrder, StagedOrders } from '../staged-orders.client.js';
import { unavailable, unavailableFor, unsignalled } from '../unavailable.js';
import { type CancelAnswer, refundIn, refusedAs, refusedBy, winnerIn } from './cancel-answer.js';
import {
  afterSignal,
  cancellationIdOf,
  type CancellationInput,
  mayGiveBack,
  returnedLines,
  routeOf,
} from './cancellation.js';
import type { CancellationsRepository } from './cancellations.repository.js';

export interface CancelRequest {
  orderId: string;
  requestId: string;
  caller: Caller | undefined;
  body: CancelOrderDto;
}

export interface CancellationHandlerOptions {
  definition: SagaDefinition<CancellationInput>;
  sagas: SagaRuntime;
  orders: StagedOrders;
  repository: CancellationsRepository;
  waits: SagaWaits;
  config: OrchestratorConfig;
  logger: Logger;
}

/** What is known of an order that a caller may cancel. */
interface Found {
  /** Undefined: order-service does not know the order yet. */
  order: StagedOrder | undefined;
  owner: string | undefined;
  /** The saga that places the order. */
  placementId: string | null;
  role: ActorRole;
}

/** One cancellation of an order, and until when its caller waits. */
interface Cancelling extends CancelRequest {
  untilMs: number;
}

/** A saga that decides meanwhile has the order read again. Two reads are enough but for an operator. */
const READS_MAX = 4;

/** Cancels orders. How far an order is decides which saga takes it back. */
export class CancellationHandler {
  constructor(private readonly options: CancellationHandlerOptions) {}

  /** Throws a Problem. The same request may be sent again: it has one effect. */
  async cancel(request: CancelRequest): Promise<CancelAnswer> {
    try {
      return await this.cancelOnce(request);
    } catch (error) {
      throw unavailableFor(error);
    }
  }

  private async cancelOnce(request: CancelRequest): Promise<CancelAnswer> {
    const asked = { ...request, orderId: request.orderId.toLowerCase() };
    const untilMs = performance.now() + this.options.config.CHECKOUT_WAIT_MS;
    const cancelling = { ...asked, untilMs };
    for (let reads = 1; reads <= READS_MAX; reads += 1) {
      const found = await this.find(asked);
      refuseWriteOff(found.role, request.body);
      const answer = await this.follow(cancelling, found);
      if (answer) return answer;
    }
    throw unavailable(`order ${asked.orderId} changed each time that it was read`);
  }

  /** Undefined when the order is to be read again. */
  private async follow(asked: Cancelling, found: Found): Promise<CancelAnswer | undefined> {
    const { order, role, placementId } = found;
    if (!order) return this.askItsSaga(asked, found);
    const { lifecycle } = order;
    const route = routeOf(lifecycle, role);
    if (route === 'refused') return refusedBy(lifecycle, role);
    if (route === 'begin') return this.begin(asked, found);
    if (route === 'ask-its-saga') return this.askItsSaga(asked, found);
    const { cancellationId, stage } = lifecycle;
    return this.existing(asked, found, { sagaId: cancellationId ?? placementId, stage });
  }

  /** Throws the 404 of an unknown order also for an order of another caller, after the same queries. */
  private async find({ orderId, caller }: CancelRequest): Promise<Found> {
    const { orders, repository, sagas } = this.options;
    const reading = [orders.read(orderId), repository.openSagaOf(orderId)] as const;
    const [order, openId] = await Promise.all(reading);
    if (order) {
      const { lifecycle, sagaId: placementId } = order;
      const { sellerId } = lifecycle;
      const owner = ownerOfOrder(order);
      const createdAtMs = Date.parse(order.createdAt);
      const roles = rolesOf(caller, { owner, createdAtMs, sellerId }, Date.now());
      return { order, owner, placementId, role: roleOf(roles, lifecycle) };
    }
    const saga = openId === undefined ? undefined : await sagas.store.load(openId);
    if (!saga) throw new Problem('ORDER_NOT_FOUND');
    const { createdAtMs } = saga;
    const owner = ownerOfInput(saga.input);
    const roles = rolesOf(caller, { owner, createdAtMs, sellerId: null }, Date.now());
    return { order: undefined, owner, placementId: saga.sagaId, role: roleOf(roles, undefined) };
  }

  /** Before the sale is complete, the saga that places the order undoes it. */
  private async askItsSaga(asked: Cancelling, found: Found): Promise<CancelAnswer | undefined> {
    const { order, role, placementId } = found;
    const { orderId, requestId } = asked;
    if (placementId === null) return order && refusedBy(order.lifecycle, role);
    const actor = asked.caller?.id;
    const signalled = await this.options.sagas.engine.signal(placementId, {
      id: cancellationIdOf(orderId, order?.lifecycle.version ?? 0, role),
      name: cancelSignalOf(role),
      data: { reason: asked.body.reason, ...(actor !== undefined && { actor }) },
    });
    const next = afterSignal(signalled, order?.lifecycle.kind);
    if (next === 'none') throw unsignalled(signalled) ?? unavailable(signalled.kind);
    if (next === 'read-again') {
      await this.options.waits.waitForRest(placementId, leftMsOf(asked));
      return undefined;
    }
    // The order does not say yet that it is confirmed: it is asked until it is.
    if (next === 'begin') return order && this.begin(asked, found);
    const ended = await this.waitForEnd(asked, placementId);
    if (ended?.phase === 'done') return undefined;
    const isFirst = signalled.kind === 'applied' && !signalled.isRepeated;
    const logged = { sagaId: placementId, orderId, requestId, role };
    if (isFirst) this.options.logger.info(logged, 'order cancelled before its sale');
    const stage = order?.lifecycle.stage ?? 'PLACED';
    return answerOf(asked, found, { sagaId: placementId, ended, stage, replayed: !isFirst });
  }

  private async begin(asked: Cancelling, found: Found): Promise<CancelAnswer | undefined> {
    const { definition, sagas, repository, logger } = this.options;
    const { orderId, requestId, body } = asked;
    const { role, placementId } = found;
    const order = found.order!;
    const sagaId = cancellationIdOf(orderId, order.lifecycle.version, role);
    const input: CancellationInput = {
      caller: ownerOfOrder(order),
      ...(asked.caller && { actor: asked.caller.id }),
      actorRole: role,
      reason: body.reason,
      disposition: body.disposition ?? 'RESTOCK',
      lines: returnedLines(order),
    };
    const start = { definition, sagaId, subjectId: orderId, input, requestId };
    const begun = await sagas.engine.start(start, async (prepared) => {
      const inserted = await repository.begin(prepared, placementId);
      reachedFaultPoint('orchestrator.cancellation-after-commit');
      return inserted;
    });
    const isFirst = begun.kind === 'started';
    if (isFirst) logger.info({ sagaId, orderId, requestId, role }, 'cancellation accepted');
    return this.existing(asked, found, { sagaId, stage: 'CANCELLING', replayed: !isFirst });
  }

  /** Answers for a saga that cancels the order, or for the one that was before it. */
  private async existing(
    asked: Cancelling,
    found: Found,
    {
      sagaId,
      stage,
      replayed = true,
    }: { sagaId: string | null; stage: OrderStage; replayed?: boolean },
  ): Promise<CancelAnswer> {
    const ended = sagaId === null ? undefined : await this.waitForEnd(asked, sagaId);
    const isCancellation = ended?.definition === this.options.definition.name;
    const failure = isCancellation && ended.phase === 'undone' ? ended.failure : undefined;
    if (!failure) return answerOf(asked, found, { sagaId, ended, stage, replayed });
    const winner = winnerIn(failure);
    if (winner === undefined || winner === sagaId) return refusedAs(failure);
    return this.existing(asked, found, { sagaId: winner, stage: 'CANCELLING' });
  }

  private waitForEnd(asked: Cancelling, sagaId: string): Promise<EndedSaga | undefined> {
    return this.options.waits.waitForEnd(sagaId, leftMsOf(asked));
  }
}

function leftMsOf({ untilMs }: Cancelling): number {
  return Math.max(0, untilMs - performance.now());
}

/** What is known of the saga that cancels an order when the answer is due. */
interface Outcome {
  sagaId: string | null;
  ended: EndedSaga | undefined;
  stage: OrderStage;
  replayed: boolean;
}

function answerOf(
  { orderId, caller }: Cancelling,
  { owner }: Found,
  { sagaId, ended, stage, replayed }: Outcome,
): CancelAnswer {
  // A saga that was removed for its age has left an order that is CANCELLED.
  if (ended || stage === 'CANCELLED') {
    const refund = ended ? refundIn(ended) : null;
    const body: CancelledOrderView = { orderId, sagaId, stage: 'CANCELLED', refund };
    return { kind: 'cancelled', status: 200, replayed, body };
  }
  // Others than the owner read the order, and not its sagas.
  const isOwner = !caller || caller.id === owner || caller.kind === 'open';
  const location = isOwner && sagaId !== null ? `/api/sagas/${sagaId}` : `/api/orders/${orderId}`;
  const body = { orderId, sagaId, stage, refund: null };
  return { kind: 'cancelled', status: 202, replayed, location, body };
}

function roleOf(roles: readonly ActorRole[], lifecycle: OrderLifecycle | undefined): ActorRole {
  const role = actingRole(roles, 'cancel', lifecycle);
  if (role === undefined) throw new Problem('ORDER_NOT_FOUND');
  return role;
}

function refuseWriteOff(role: ActorRole, { disposition }: CancelOrderDto): void {
  if (mayGiveBack(role, disposition)) return;
  throw new Problem('ACCESS_DENIED', 'Only the shop writes goods off. Omit disposition.');
}
