import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { ENGINE_DEFAULTS, prepare, type SagaDefinition, transition } from '@backstitch/saga-engine';
import { PostgresSagaStore } from '@backstitch/saga-engine/postgres';
import { appFile } from './apps.js';

interface Timing {
  sagaDeadlineMs: number;
  paymentReplyTimeoutMs: number;
  steps: { replyTimeoutMs: number; attemptsMax: number; deadlineMs: number };
}

export interface DeadOrchestratorOptions {
  databaseUrl: string;
  timing: Timing;
  /** What the next saga buys one unit of. */
  nextProduct: () => { id: string; price: string };
  /** [a random one] */
  nextOrderId?: () => string;
}

export interface LeftSaga {
  readonly sagaId: string;
  readonly orderId: string;
}

const AT_ONCE = 500;

/**
 * An orchestrator that took checkouts in and died before it sent anything: its sagas, written by the
 * engine's own store, await the answer to their first command, or to the undo of it.
 */
export class DeadOrchestrator {
  private isDead = false;

  private constructor(
    private readonly store: PostgresSagaStore,
    private readonly definition: SagaDefinition,
    private readonly options: DeadOrchestratorOptions,
  ) {}

  static async of(options: DeadOrchestratorOptions): Promise<DeadOrchestrator> {
    const silent = () => undefined;
    const logger = { debug: silent, info: silent, warn: silent, error: silent };
    const tables = { subjectColumn: 'order_id' };
    const store = new PostgresSagaStore({ url: options.databaseUrl, tables, logger });
    const file = appFile('orchestrator', 'sagas/checkout/checkout-saga.js');
    const { checkoutSaga } = (await import(pathToFileURL(file).href)) as {
      checkoutSaga: (timing: Timing) => SagaDefinition;
    };
    return new DeadOrchestrator(store, checkoutSaga(options.timing), options);
  }

  get instanceId(): string {
    return this.store.instanceId;
  }

  /** Writes so many sagas that go on, or that are being undone. It lives as long as it writes. */
  async leaves(
    sagas: number,
    { undoing = false, signal }: { undoing?: boolean; signal?: AbortSignal } = {},
  ): Promise<LeftSaga[]> {
    const left: LeftSaga[] = [];
    while (left.length < sagas) {
      signal?.throwIfAborted();
      await this.store.heartbeat();
      const count = Math.min(sagas - left.length, AT_ONCE);
      left.push(...(await Promise.all(Array.from({ length: count }, () => this.leave(undoing)))));
    }
    return left;
  }

  /** Its last heartbeat; then it is silent, and no other instance is told, as when a machine fails. */
  async dies(): Promise<void> {
    if (this.isDead) return;
    this.isDead = true;
    await this.store.heartbeat();
    await this.store.close();
  }

  /** Gives its sagas up and ends: the others may take them at once. */
  async releases(): Promise<void> {
    this.isDead = true;
    await this.store.release();
    await this.store.close();
  }

  private async leave(undoing: boolean): Promise<LeftSaga> {
    const { definition, store, options } = this;
    const [sagaId, orderId] = [randomUUID(), options.nextOrderId?.() ?? randomUUID()];
    const { id: productId, price } = options.nextProduct();
    const nowMs = store.clock.nowMs();
    const input = {
      userId: `left-behind-${sagaId}`,
      items: [{ productId, quantity: 1, price }],
      totalAmount: price,
    };
    const start = { sagaId, subjectId: orderId, input, owner: store.instanceId, nowMs };
    const first = prepare(definition, start);
    await store.insert(first);
    if (undoing) {
      const outcome = { kind: 'fault', code: 'INTERNAL', message: 'no', retryable: false } as const;
      const about = { step: 'ORDER_CREATED', direction: 'do', attempt: 1, outcome } as const;
      const event = { kind: 'replied', ...about, nowMs, random: 0 } as const;
      const before = first.instance;
      await store.save({ before, ...transition(definition, before, event, ENGINE_DEFAULTS) });
    }
    return { sagaId, orderId };
  }
}
