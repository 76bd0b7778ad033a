import { isUuid, SAGA_SIGNAL, type SagaSignalPacket } from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { durableQueueOptions } from '../connection/topology.js';
import { Consumer, type ConsumerStatus } from './consumer.js';
import type { Delivery } from './delivery.js';
import { LogRateLimit } from './log-rate-limit.js';

export interface SignalReaderOptions {
  broker: Broker;
  queue: string;
  /** The names that are taken. A sender cannot give any other signal. */
  names: readonly string[];
  /** Gives the signal to its saga. */
  onSignal(signal: SagaSignalPacket['data']): Promise<void>;
}

const PREFETCH = 100;
const BODY_BYTES_MAX = 4_096;

/**
 * Reads a queue of signals to sagas. Each message is acknowledged, whatever becomes of it: its sender
 * repeats it until the saga has acted on it.
 */
export class SignalReader {
  private readonly consumer: Consumer;
  private readonly lines = new LogRateLimit();

  constructor(private readonly options: SignalReaderOptions) {
    const { broker, queue } = options;
    const declaration = { name: queue, options: durableQueueOptions(broker.queueType) };
    this.consumer = new Consumer({
      name: queue,
      link: broker.consumeLink,
      logger: broker.logger,
      prefetch: PREFETCH,
      queue: async (connection) => {
        await broker.setUpQueues(connection, [declaration]);
        return queue;
      },
      onDelivery: (delivery) => void this.take(delivery),
    });
  }

  /** Attaches in the background and returns at once. */
  start(): void {
    this.consumer.start();
  }

  consumerStatus(): ConsumerStatus {
    return this.consumer.status();
  }

  async close(timeoutMs = 5_000): Promise<void> {
    await this.consumer.drain(timeoutMs);
  }

  private async take(delivery: Delivery): Promise<void> {
    const { broker, queue, names } = this.options;
    const signal = signalIn(delivery.body, names);
    try {
      if (signal) await this.options.onSignal(signal);
      else this.lines.spend((also) => broker.logger.error({ queue, ...also }, UNREADABLE));
    } catch (err) {
      const message = 'a signal could not be given; it comes again';
      this.lines.spend((also) => broker.logger.warn({ queue, ...signal, err, ...also }, message));
    }
    delivery.ack();
  }
}

const UNREADABLE = 'a signal cannot be read, or is none that its sender may give; dropped';

function signalIn(body: Buffer, names: readonly string[]): SagaSignalPacket['data'] | undefined {
  if (body.length > BODY_BYTES_MAX) return undefined;
  try {
    const { pattern, data } = JSON.parse(body.toString('utf8')) as Partial<SagaSignalPacket>;
    if (pattern !== SAGA_SIGNAL || typeof data !== 'object') return undefined;
    const { sagaId, id, name } = data;
    const isOne = typeof sagaId === 'string' && isUuid(sagaId) && typeof id === 'string';
    return isOne && names.includes(name) ? { sagaId, id, name } : undefined;
  } catch {
    return undefined;
  }
}
