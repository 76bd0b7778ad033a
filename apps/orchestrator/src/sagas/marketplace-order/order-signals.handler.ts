import type { Caller } from '@backstitch/auth';
import {
  awaitedSignals,
  type EndedSaga,
  type SagaEngine,
  type SagaInstance,
  type Signalled,
  type WaitingSaga,
} from '@backstitch/saga-engine';
import { Problem } from '@backstitch/service-kit';
import type { ActorRole, OrderAction } from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import type { SagaRuntime } from '../../host/saga.runtime.js';
import type { SagaWaits } from '../../host/saga-waits.js';
import { unavailableFor } from '../unavailable.js';
import { personIn, problemOf, signalIdOf } from './order-signals.js';
import { type Outcome, outcomeOf, type PersonSignal } from './outcome.js';
import { placementIdOf, type SignalData } from './placed-order.js';
import { allowedFor } from './stages.js';

/** Who may give each signal, the usual one first. An admin moves every order on. */
const GIVEN_BY: Readonly<Record<PersonSignal, readonly ActorRole[]>> = {
  confirm: ['seller'],
  reject: ['seller'],
  prepare: ['seller', 'admin'],
  ready: ['seller', 'admin'],
  fulfil: ['seller', 'admin'],
  'customer-cancel': ['customer'],
  'seller-cancel': ['seller', 'admin'],
};

export interface ActRequest {
  orderId: string;
  name: PersonSignal;
  caller: Caller | undefined;
  /** Names the request; without one, each request is another. */
  key: string | undefined;
  data: Omit<SignalData, 'actor'> & { reason?: string };
}

export interface Acted {
  orderId: string;
  sagaId: string;
  outcome: Outcome;
  /** It was asked for and answered before. */
  isRepeated: boolean;
}

interface PlacementSignal {
  id: string;
  name: PersonSignal | 'paid' | 'exhausted';
  data?: unknown;
}

/** Gives a signal to the saga of a marketplace order; `absent` for any other order. */
function signalPlacement(
  engine: Pick<SagaEngine, 'signal'>,
  orderId: string,
  { id, name, data }: PlacementSignal,
): Promise<Signalled> {
  return engine.signal(placementIdOf(orderId), { id, name, data: data ?? null });
}

/** What people do to a marketplace order, as signals to its saga. */
export class OrderSignalsHandler {
  constructor(
    private readonly sagas: SagaRuntime,
    private readonly waits: SagaWaits,
    private readonly config: Pick<OrchestratorConfig, 'CHECKOUT_WAIT_MS'>,
  ) {}

  /** Throws a Problem when it is not done; a saga that goes on past the wait is answered as such. */
  async act(request: ActRequest): Promise<Acted> {
    try {
      return await this.actOnce(request);
    } catch (error) {
      throw unavailableFor(error);
    }
  }

  private async actOnce({ orderId, name, caller, key, data }: ActRequest): Promise<Acted> {
    const untilMs = performance.now() + this.config.CHECKOUT_WAIT_MS;
    const { saga } = await this.placementOf(orderId, GIVEN_BY[name], caller);
    const actor = caller?.id;
    const signalled = await this.signalPlacement(orderId, {
      id: signalIdOf(name, actor ?? '', key),
      name,
      data: { ...data, ...(actor !== undefined && { actor }) },
    });
    if (signalled.kind !== 'applied') throw await this.problemOf(signalled, saga, name);
    const outcome = await this.outcomeOf(name, saga, untilMs);
    return { orderId, sagaId: saga.sagaId, outcome, isRepeated: signalled.isRepeated };
  }

  /** Which steps a saga skipped is known only after a signal that led past them. */
  private async problemOf(
    signalled: Signalled,
    { sagaId }: SagaInstance,
    name: PersonSignal,
  ): Promise<Problem> {
    const now = signalled.kind === 'refused' ? await this.sagas.store.load(sagaId) : undefined;
    const role = name === 'customer-cancel' ? 'customer' : 'seller';
    return problemOf(signalled, role, now?.waits?.skipped)!;
  }

  /** See signalPlacement. */
  signalPlacement(orderId: string, signal: PlacementSignal): Promise<Signalled> {
    return signalPlacement(this.sagas.engine, orderId, signal);
  }

  /** Whether the order has a saga of its own, which waits for signals. */
  async isPlaced(orderId: string): Promise<boolean> {
    try {
      return (await this.sagas.store.load(placementIdOf(orderId))) !== undefined;
    } catch (error) {
      throw unavailableFor(error);
    }
  }

  /** The saga of the order, if the caller has one of these roles in it. Throws 404. */
  async placementOf(
    orderId: string,
    roles: readonly ActorRole[],
    caller: Caller | undefined,
  ): Promise<{ saga: SagaInstance; role: ActorRole }> {
    const saga = await this.sagas.store.load(placementIdOf(orderId));
    const role = saga && personIn(roles, saga, caller, Date.now());
    if (!saga || role === undefined) throw new Problem('ORDER_NOT_FOUND');
    return { saga, role };
  }

  /** Waits for what the signal leads to. */
  async outcomeOf(
    name: PersonSignal | 'paid',
    saga: SagaInstance,
    untilMs: number,
  ): Promise<Outcome> {
    return outcomeOf(name, saga, await this.rest(saga.sagaId, untilMs));
  }

  rest(sagaId: string, untilMs: number): Promise<EndedSaga | WaitingSaga | undefined> {
    return this.waits.waitForRest(sagaId, Math.max(0, untilMs - performance.now()));
  }

  /** What a role may do to the order of a saga. */
  allowed(role: ActorRole, saga: SagaInstance): OrderAction[] {
    const definition = this.sagas.registry.definition(saga);
    return definition ? allowedFor(role, awaitedSignals(definition, saga)) : [];
  }
}
