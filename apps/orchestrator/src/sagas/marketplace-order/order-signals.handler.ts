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
import { inTime } from '../../host/in-time.js';
import type { SagaRuntime } from '../../host/saga.runtime.js';
import { isPerson, problemOf, signalIdOf } from './order-signals.js';
import { type Outcome, outcomeOf, type PersonSignal } from './outcome.js';
import { placementIdOf, type SignalData } from './placed-order.js';
import { allowedFor } from './stages.js';

/** When the wait is over, its row is read once more, within this. */
const LAST_READ_MS = 250;

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
    private readonly config: Pick<OrchestratorConfig, 'CHECKOUT_WAIT_MS'>,
  ) {}

  /** Throws a Problem when it is not done; a saga that goes on past the wait is answered as such. */
  async act({ orderId, name, caller, key, data }: ActRequest): Promise<Acted> {
    const untilMs = performance.now() + this.config.CHECKOUT_WAIT_MS;
    const role = name === 'customer-cancel' ? 'customer' : 'seller';
    const saga = await this.placementOf(orderId, role, caller);
    const actor = caller?.id;
    const signalled = await this.signalPlacement(orderId, {
      id: signalIdOf(name, actor ?? '', key),
      name,
      data: { ...data, ...(actor !== undefined && { actor }) },
    });
    const problem = problemOf(signalled, role);
    if (problem) throw problem;
    const outcome = await this.outcomeOf(name, saga, untilMs);
    const isRepeated = 'isRepeated' in signalled && signalled.isRepeated;
    return { orderId, sagaId: saga.sagaId, outcome, isRepeated };
  }

  /** See signalPlacement. */
  signalPlacement(orderId: string, signal: PlacementSignal): Promise<Signalled> {
    return signalPlacement(this.sagas.engine, orderId, signal);
  }

  /** Whether the order has a saga of its own, which waits for signals. */
  async isPlaced(orderId: string): Promise<boolean> {
    return (await this.sagas.store.load(placementIdOf(orderId))) !== undefined;
  }

  /** The saga of the order, if the caller is this person of it. Throws 404. */
  async placementOf(
    orderId: string,
    role: 'customer' | 'seller',
    caller: Caller | undefined,
  ): Promise<SagaInstance> {
    const saga = await this.sagas.store.load(placementIdOf(orderId));
    if (!saga || !isPerson(role, saga, caller)) throw new Problem('ORDER_NOT_FOUND');
    return saga;
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
    const maxMs = Math.max(0, untilMs - performance.now());
    return inTime(maxMs + LAST_READ_MS, this.sagas.engine.waitForRest(sagaId, maxMs));
  }

  /** What somebody may do to the order of a saga. */
  allowed(role: ActorRole, saga: SagaInstance): OrderAction[] {
    const definition = this.sagas.registry.definition(saga);
    return definition ? allowedFor(role, awaitedSignals(definition, saga)) : [];
  }
}
