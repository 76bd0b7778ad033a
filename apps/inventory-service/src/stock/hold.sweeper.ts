import type { Logger } from '@backstitch/service-kit';
import type { Hold } from './hold.js';
import type { StockRepository } from './stock.repository.js';

const HOLDS_PER_PASS_MAX = 200;

export interface SweeperOptions {
  stock: Pick<StockRepository, 'expireOverdue'>;
  logger: Logger;
  intervalMs: number;
}

/** Lets overdue holds run out, for as long as the app runs; every replica may have one. */
export class HoldSweeper {
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: SweeperOptions) {}

  start(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.pass = this.sweep().finally(() => this.start());
    }, this.options.intervalMs);
  }

  /** Resolves when the pass under way has ended; none follows. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.pass;
  }

  private async sweep(): Promise<void> {
    const { stock, logger } = this.options;
    try {
      let expired: Hold[];
      do {
        expired = await stock.expireOverdue(HOLDS_PER_PASS_MAX);
        for (const { orderId, sagaId } of expired) {
          logger.info({ orderId, sagaId }, 'the hold ran out');
        }
      } while (expired.length === HOLDS_PER_PASS_MAX && !this.stopped);
    } catch (error) {
      logger.warn({ err: error }, 'overdue holds could not be swept; trying again');
    }
  }
}
