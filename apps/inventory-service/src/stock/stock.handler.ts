import { MalformedCommand, sagaIdOf } from '@backstitch/messaging';
import { commandTrace, Counter, logged, type Logger } from '@backstitch/service-kit';
import {
  COMMANDS,
  Fault,
  toMinor,
  type InventoryExtendCommand,
  type InventoryReserveCommand,
  type InventoryReserveItem,
  type OrderIdCommand,
  type SagaTag,
} from '@backstitch/shared-types';
import type { StockAnswer } from './reservation.js';
import type { StockRepository } from './stock.repository.js';
import type { Demand } from './stock.js';

export interface StockTerms {
  /** The least lifetime of a reservation. */
  ttlSeconds: number;
  /** Minor digits of the currency. */
  digits: number;
}

const releasesRefused = new Counter({
  name: 'stock_release_of_confirmed_total',
  help: 'ALARM: refused releases without a saga, of stock that a saga sold',
});

/** One command, one decision, one answer. */
export class StockHandler {
  constructor(
    private readonly stock: StockRepository,
    private readonly terms: StockTerms,
    private readonly logger: Logger,
  ) {}

  reserve(command: InventoryReserveCommand, saga?: SagaTag): Promise<StockAnswer> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern: COMMANDS.inventoryReserve, orderId, saga }, async () =>
      this.stock.submit({
        kind: 'reserve',
        orderId,
        sagaId: sagaIdOf(saga),
        demand: command.items.map((item) => this.demandOf(item)),
        holdSeconds: Math.max(this.terms.ttlSeconds, command.holdSeconds ?? 0),
      }),
    );
  }

  release(command: OrderIdCommand, saga?: SagaTag): Promise<StockAnswer> {
    const released = this.end('release', COMMANDS.inventoryRelease, command, saga);
    return released.catch((error: unknown) => this.alarm(command.orderId, error));
  }

  commit(command: OrderIdCommand, saga?: SagaTag): Promise<StockAnswer> {
    return this.end('commit', COMMANDS.inventoryCommit, command, saga);
  }

  extend(command: InventoryExtendCommand, saga?: SagaTag): Promise<StockAnswer> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern: COMMANDS.inventoryExtend, orderId, saga }, async () => {
      const until = timeOf(command.until);
      return this.stock.submit({ kind: 'extend', orderId, sagaId: sagaIdOf(saga), until });
    });
  }

  private end(
    kind: 'release' | 'commit',
    pattern: string,
    command: OrderIdCommand,
    saga: SagaTag | undefined,
  ): Promise<StockAnswer> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern, orderId, saga }, async () =>
      this.stock.submit({ kind, orderId, sagaId: sagaIdOf(saga) }),
    );
  }

  /** No saga asks for it: another sender wants the stock of a sold order back. */
  private alarm(orderId: string, error: unknown): never {
    if (error instanceof Fault && error.code === 'ORDER_CONFIRMED') {
      releasesRefused.inc();
      const message = 'ALARM: a release without a saga was refused';
      this.logger.error(commandTrace(orderId, undefined), message);
    }
    throw error;
  }

  private demandOf({ productId, quantity, price }: InventoryReserveItem): Demand {
    const line = { productId: productId.toLowerCase(), quantity };
    if (price === undefined || price === null) return line;
    const claimedPriceMinor = toMinor(price, this.terms.digits);
    if (claimedPriceMinor === undefined) {
      throw new MalformedCommand(`price ${price} has more than ${this.terms.digits} decimals`);
    }
    return { ...line, claimedPriceMinor };
  }
}

const DAY_MS = 86_400_000;
/** A reservation is for a sale that goes on: no wait of an order is so long. */
const EXTENSION_DAYS_MAX = 90;

function timeOf(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new MalformedCommand(`until: ${text} is no time`);
  if (time.getTime() > Date.now() + EXTENSION_DAYS_MAX * DAY_MS) {
    throw new MalformedCommand(`until must be within ${EXTENSION_DAYS_MAX} days`);
  }
  return time.toISOString();
}
