import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, type SagaDefinition } from '@backstitch/saga-engine';
import { PostgresSagaStore } from '@backstitch/saga-engine/postgres';
import { BENCH_PRICE, benchProductId } from '../load/basket.js';
import { PROJECT } from '../servers/bench-folder.js';
import { leftBehindOrderId } from './left-behind.js';

/**
 * The apps' own but for the deadline of the step that is awaited (20 s there): who is claimed after it
 * is undone, and here it is to be seen how long it takes to ask all of them again.
 */
const TIMING = {
  sagaDeadlineMs: 600_000,
  paymentReplyTimeoutMs: 5_000,
  steps: { replyTimeoutMs: 2_000, attemptsMax: 5, deadlineMs: 300_000 },
};
const AT_ONCE = 500;

/**
 * An orchestrator that took checkouts in and died before it sent anything: its sagas, written by the
 * engine's own store, await the answer to their first command. It lives as long as it is written to.
 */
export class DeadOrchestrator {
  private isDead = false;

  private constructor(
    private readonly store: PostgresSagaStore,
    private readonly definition: SagaDefinition,
    private readonly products: number,
  ) {}

  static async of(databaseUrl: string, products: number): Promise<DeadOrchestrator> {
    const silent = () => undefined;
    const logger = { debug: silent, info: silent, warn: silent, error: silent };
    const tables = { subjectColumn: 'order_id' };
    const store = new PostgresSagaStore({ url: databaseUrl, tables, logger });
    const file = join(PROJECT, 'apps/orchestrator/dist/sagas/checkout/checkout-saga.js');
    const { checkoutSaga } = (await import(pathToFileURL(file).href)) as {
      checkoutSaga: (timing: typeof TIMING) => SagaDefinition;
    };
    return new DeadOrchestrator(store, checkoutSaga(TIMING), products);
  }

  get instanceId(): string {
    return this.store.instanceId;
  }

  async leaves(sagas: number, signal: AbortSignal): Promise<void> {
    for (let left = sagas; left > 0; left -= AT_ONCE) {
      signal.throwIfAborted();
      await this.store.heartbeat();
      await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => this.leave()));
    }
  }

  /** Its last heartbeat; from then on it is silent, and nobody is told, as when a machine fails. */
  async dies(): Promise<void> {
    if (this.isDead) return;
    this.isDead = true;
    await this.store.heartbeat();
    await this.store.close();
  }

  private async leave(): Promise<void> {
    const { definition, store, products } = this;
    const sagaId = randomUUID();
    const productId = benchProductId(1 + Math.floor(Math.random() * products));
    const input = {
      userId: `user of ${sagaId}`,
      items: [{ productId, quantity: 1, price: BENCH_PRICE }],
      totalAmount: BENCH_PRICE,
    };
    const nowMs = store.clock.nowMs();
    const start = { sagaId, subjectId: leftBehindOrderId(), input, owner: store.instanceId, nowMs };
    await store.insert(prepare(definition, start));
  }
}
