import { BrokerUnavailable, type Publisher } from '@backstitch/messaging';
import { type Logger, PeriodicJob, reachedFaultPoint } from '@backstitch/service-kit';
import {
  PAYMENT_SIGNALS,
  SAGA_SIGNAL,
  type SagaSignalPacket,
  SIGNAL_QUEUE,
} from '@backstitch/shared-types';
import type { AnnouncementRepository } from './announcements.repository.js';

const PER_RUN_MAX = 500;
const STOP_MS_MAX = 2_000;

/**
 * Tells the sagas of opened payments what came of them, again and again until they act on it. So a
 * saga learns of a payment also when the process died that was to tell it. It never moves money.
 */
export class Announcer {
  constructor(
    private readonly announcements: AnnouncementRepository,
    private readonly publisher: Pick<Publisher, 'publish' | 'isOpen'>,
    private readonly pauseMs: number,
  ) {}

  /** One run; answers how many were published. */
  async announce(): Promise<number> {
    if (!this.publisher.isOpen) return 0;
    const due = await this.announcements.take(PER_RUN_MAX, this.pauseMs);
    reachedFaultPoint('payment.after-outcome-before-announce');
    const sent = due.map(({ sagaId, what }) => {
      const packet: SagaSignalPacket = {
        pattern: SAGA_SIGNAL,
        data: { sagaId, ...PAYMENT_SIGNALS[what] },
      };
      return this.isPublished(Buffer.from(JSON.stringify(packet)));
    });
    return (await Promise.all(sent)).filter(Boolean).length;
  }

  /** Unread for as long as the pause, it is gone when the next one comes. */
  private async isPublished(body: Buffer): Promise<boolean> {
    try {
      const properties = { contentType: 'application/json', expiration: this.pauseMs };
      return (await this.publisher.publish(SIGNAL_QUEUE, body, properties)) === 'accepted';
    } catch (error) {
      // It is told again after the pause.
      if (error instanceof BrokerUnavailable) return false;
      throw error;
    }
  }
}

export function announcerJob(
  announcements: AnnouncementRepository,
  publisher: Publisher,
  { logger, intervalMs }: { logger: Logger; intervalMs: number },
): PeriodicJob {
  const announcer = new Announcer(announcements, publisher, intervalMs);
  return new PeriodicJob({
    name: 'payment-announcer',
    logger,
    intervalMs,
    run: () => announcer.announce(),
    stopTimeoutMs: STOP_MS_MAX,
  });
}
