import { exposeGauge } from './metrics.js';
import { Timings } from './timings.js';

/** How a command that was taken from a queue ended. */
type Outcome = 'done' | 'rejected' | 'fault' | 'unreadable';

const processing = new Timings({
  name: 'backstitch_messaging_process_duration_seconds',
  help: 'Duration of the handler of a command, by outcome',
  labels: ['queue', 'pattern', 'outcome'],
});
const concurrencyWait = new Timings({
  name: 'backstitch_messaging_concurrency_wait_seconds',
  help: 'Time that a command waited for the concurrency limiter',
  labels: ['queue'],
});
const confirm = new Timings({
  name: 'backstitch_publish_confirm_duration_seconds',
  help: 'Time from a publish to its confirm by the broker',
  labels: ['outcome'],
});

/** The observer that a Broker is made with: it measures what the broker does. */
export const brokerTimings = {
  served: (queue: string, pattern: string, outcome: Outcome, ms: number): void =>
    processing.observe(ms / 1_000, queue, pattern, outcome),
  waited: (queue: string, ms: number): void => concurrencyWait.observe(ms / 1_000, queue),
  confirmed: (outcome: 'accepted' | 'unroutable' | 'lost', ms: number): void =>
    confirm.observe(ms / 1_000, outcome),
};

/** Exposes the unconfirmed messages and the waiting packets of this process under /metrics. */
export function exposeBrokerLoad(broker: {
  readonly publisher: { readonly unconfirmedCount: number };
  readonly batches: { readonly packetsWaiting: number };
}): void {
  exposeGauge(
    'backstitch_unconfirmed_messages',
    'Messages that were published and not yet confirmed by the broker',
    () => broker.publisher.unconfirmedCount,
  );
  exposeGauge(
    'backstitch_packets_waiting',
    'Commands and replies that wait for earlier ones to the same queue',
    () => broker.batches.packetsWaiting,
  );
}
