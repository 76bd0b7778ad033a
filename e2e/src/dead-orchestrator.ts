import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { ENGINE_DEFAULTS, prepare, type SagaDefinition, transition } from '@backstitch/saga-engine';
import { PostgresSagaStore } from '@backstitch/saga-engine/postgres';
import { appFile } from './app-process.js';
import type { System } from './system.js';

const TIMING = {
  sagaDeadlineMs: 120_000,
  paymentReplyTimeoutMs: 5_000,
  steps: { replyTimeoutMs: 2_000, attemptsMax: 5, deadlineMs: 20_000 },
};
const AT_ONCE = 500;

interface Left {
  readonly sagaId: string;
  readonly orderId: string;
}

/**
 * An orchestrator that took checkouts in and died: its sagas, written by the engine itself, await
 * the answer to their first command, or to the undo of it. It lives as long as it is written to.
 */
export class DeadOrchestrator {
  readonly going: Left[] = [];
  readonly undoing: Left[] = [];

  private constructor(
    private readonly store: PostgresSagaStore,
    private readonly definition: SagaDefinition,
    private readonly products: readonly { id: string; price: string }[],
  ) {}

  static async of(system: System): Promise<DeadOrchestrator> {
    const silent = () => undefined;
    const logger = { debug: silent, info: silent, warn: silent, error: silent };
    const tables = { subjectColumn: 'order_id' };
    const store = new PostgresSagaStore({ url: system.databases.orchestrator.url, tables, logger });
    const file = pathToFileURL(appFile('orchestrator', 'checkout/checkout-saga.js')).href;
    const { checkoutSaga } = (await import(file)) as {
      checkoutSaga: (timing: typeof TIMING) => SagaDefinition;
    };
    const products = await system.rows<{ id: string; price: string }>(
      'inventory',
      'UPDATE products SET stock_quantity = 1000000 RETURNING id, price::text',
    );
    return new DeadOrchestrator(store, checkoutSaga(TIMING), products);
  }

  get instanceId(): string {
    return this.store.instanceId;
  }

  get orderIds(): string[] {
    return [...this.going, ...this.undoing].map(({ orderId }) => orderId);
  }

  async leaves(counts: { going: number; undoing: number }): Promise<void> {
    for (const kind of ['undoing', 'going'] as const) {
      for (let left = counts[kind]; left > 0; left -= AT_ONCE) {
        await this.store.heartbeat();
        const some = Array.from({ length: Math.min(left, AT_ONCE) }, () => this.leave(kind));
        this[kind].push(...(await Promise.all(some)));
      }
    }
  }

  /** From this moment on it is silent. */
  async dies(): Promise<void> {
    await this.store.release();
    await this.store.close();
  }

  private async leave(kind: 'going' | 'undoing'): Promise<Left> {
    const { definition, store, products } = this;
    const sagaId = randomUUID();
    const orderId = randomUUID();
    const product = products[this.going.length % products.length]!;
    const nowMs = store.clock.nowMs();
    const input = {
      userId: `left-behind-${sagaId}`,
      items: [{ productId: product.id, quantity: 1, price: product.price }],
      totalAmount: product.price,
    };
    const start = { sagaId, subjectId: orderId, input, owner: store.instanceId, nowMs };
    const first = prepare(definition, start);
    await store.insert(first);
    if (kind === 'undoing') {
      const outcome = { kind: 'fault', code: 'INTERNAL', message: 'no', retryable: false } as const;
      const about = { step: 'ORDER_CREATED', direction: 'do', attempt: 1, outcome } as const;
      const event = { kind: 'replied', ...about, nowMs, random: 0 } as const;
      const before = first.instance;
      const { instance, logs } = transition(definition, before, event, ENGINE_DEFAULTS);
      await store.save({ before, instance, logs });
    }
    return { sagaId, orderId };
  }
}
