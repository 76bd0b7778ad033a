import { deadLetterQueueOf } from '@backstitch/shared-types';
import type { Broker } from '../connection/broker.js';
import { requeue } from './requeue.js';
import { LogRateLimit } from '../consume/log-rate-limit.js';
import { carriedProperties, deadLetterHeaders } from './message-headers.js';
import { traceOf } from '../consume/trace.js';
import type { InboundCommand } from '../batch/unpack.js';

/**
 * Publishes a message that cannot be served to the dead-letter queue, with its original bytes and
 * the reason.
 */
export class DeadLettering {
  private readonly lines = new LogRateLimit();

  constructor(private readonly options: { broker: Broker; queue: string }) {}

  /**
   * True when the broker has confirmed the dead letter; false when the channel of its delivery was
   * closed before.
   */
  async deadLetter(inbound: InboundCommand, reason: string, message: string): Promise<boolean> {
    const { broker, queue } = this.options;
    const { read, properties } = inbound;
    const { pattern, saga } = 'packet' in read ? read.packet : read.unreadable;
    const why = { reason, message, queue, pattern, saga, messageId: properties.messageId };
    const carried = carriedProperties(properties);
    const headers = { ...carried.headers, ...deadLetterHeaders(why) };
    const kept = await requeue(deadLetterQueueOf(queue), inbound, { ...carried, headers }, broker);
    if (!kept) return false;
    broker.counters.deadLettered += 1;
    this.lines.spend((also) => {
      const fields = { queue, reason, ...traceOf(read), why: message, ...also };
      broker.logger.warn(fields, 'dead-lettered');
    });
    return true;
  }
}
