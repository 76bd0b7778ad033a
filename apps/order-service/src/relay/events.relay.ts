import {
  BATCH_CONTENT_TYPE,
  EventContracts,
  ORDER_EVENTS_EXCHANGE,
} from '@backstitch/event-contracts';
import { BrokerUnavailable, EventPublisher, type Broker } from '@backstitch/messaging';
import { Counter, type Logger, PeriodicJob, reachedFaultPoint } from '@backstitch/service-kit';
import { type EventBatch, wavesOf } from './order-events.js';
import type { Outbox, OutboxRepository } from './outbox.repository.js';

export interface RelayParts {
  outbox: OutboxRepository;
  publisher: Pick<EventPublisher, 'isAvailable' | 'publish' | 'declareAgain'>;
  /** Queues that must get every event: an event that reaches no queue stays in the outbox. */
  hasQueues: boolean;
  /** Events of one pass at most [1,000]. */
  eventsMax?: number;
}

const published = new Counter({
  name: 'order_events_published_total',
  help: 'Events of orders that the broker has confirmed, repeated ones included',
});
const unrouted = new Counter({
  name: 'order_events_unrouted_total',
  help: 'Published events of orders for which no queue was bound',
});

const EVENTS_MAX = 1_000;
const INTERVAL_MS = 200;
const BACKOFF_MS_MAX = 2_000;
const STOP_TIMEOUT_MS = 5_000;

/**
 * Publishes what is in the outbox, and removes it after the broker has confirmed it. After a crash in
 * between, it is published again under the same ids.
 */
export class EventsRelay {
  private readonly contracts = new EventContracts();

  constructor(private readonly parts: RelayParts) {}

  /** Resolves when the outbox was empty, when another instance publishes, or when it is stopped. */
  async run(signal: AbortSignal): Promise<void> {
    if (!this.parts.publisher.isAvailable) return;
    await this.parts.outbox.alone(async (outbox) => {
      while (!signal.aborted && (await this.pass(outbox)));
    });
  }

  /** True when there may be more. */
  private async pass(outbox: Outbox): Promise<boolean> {
    const { eventsMax = EVENTS_MAX } = this.parts;
    const events = await outbox.read(eventsMax);
    if (events.length === 0) return false;
    for (const wave of wavesOf(events)) await this.publish(wave);
    reachedFaultPoint('relay.after-confirm-before-delete');
    await outbox.remove(events);
    return events.length === eventsMax;
  }

  private async publish(batches: readonly EventBatch[]): Promise<void> {
    const { publisher, hasQueues } = this.parts;
    const messages = batches.map(({ routingKey, events }) => {
      for (const event of events) {
        const checked = this.contracts.check(event);
        if (checked.kind === 'valid') continue;
        throw new Error(`event ${event.id} breaks its contract: ${JSON.stringify(checked)}`);
      }
      const body = Buffer.from(JSON.stringify(events));
      return { routingKey, body, contentType: BATCH_CONTENT_TYPE };
    });
    const results = await publisher.publish(messages);
    for (const [index, result] of results.entries()) {
      const count = batches[index]!.events.length;
      published.inc(count);
      if (result === 'unroutable') unrouted.inc(count);
    }
    if (!hasQueues || !results.includes('unroutable')) return;
    publisher.declareAgain();
    throw new BrokerUnavailable('a queue for events was deleted, or is not bound');
  }
}

/** The relay as a job: a pass five times a second, on every instance in turn. */
export function eventsRelay(
  outbox: OutboxRepository,
  { broker, queues, logger }: { broker: Broker; queues: readonly string[]; logger: Logger },
): PeriodicJob {
  const publisher = new EventPublisher(broker, { exchange: ORDER_EVENTS_EXCHANGE, queues });
  const relay = new EventsRelay({ outbox, publisher, hasQueues: queues.length > 0 });
  return new PeriodicJob({
    name: 'order-events-relay',
    logger,
    run: (signal) => relay.run(signal),
    intervalMs: INTERVAL_MS,
    backoffMsMax: BACKOFF_MS_MAX,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
}
