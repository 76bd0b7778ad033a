import type { OperationsHealth, QueueHealthView } from '@backstitch/shared-types';
import type { SagaRuntime } from '../../host/saga.runtime.js';
import type { Instances } from '../instances/instances.client.js';
import { appsOf, databasesOf } from './health-view.js';

/** An instance gives each of its checks 1.5 seconds. */
const ANSWER_WITHIN_MS = 2_500;
const ANSWER_BYTES_MAX = 100_000;

/** Asks every app how it is. What is away is named, and spoils nothing else. */
export class HealthHandler {
  constructor(
    private readonly parts: {
      instances: Pick<Instances, 'ask'>;
      sagas: Pick<SagaRuntime, 'registry' | 'queueCounts' | 'participants' | 'whyBrokerIsAway'>;
    },
  ) {}

  async view(): Promise<OperationsHealth> {
    const replies = await this.parts.instances.ask({
      method: 'GET',
      path: '/health/state',
      withinMs: ANSWER_WITHIN_MS,
      bytesMax: ANSWER_BYTES_MAX,
    });
    return {
      at: new Date().toISOString(),
      apps: appsOf(replies),
      queues: this.queues(),
      databases: databasesOf(replies),
    };
  }

  /** As they were counted in the last seconds: nothing is asked of the broker. */
  private queues(): QueueHealthView[] {
    const { sagas } = this.parts;
    const { registry, queueCounts, participants } = sagas;
    return registry.participants.map(({ queue: name }) => {
      const counted = queueCounts.view(name);
      const isKnown = counted.ready !== null;
      const why = isKnown ? null : (sagas.whyBrokerIsAway() ?? 'the queues were not counted');
      return { name, ...counted, breaker: participants.breakerOf(name), why };
    });
  }
}
