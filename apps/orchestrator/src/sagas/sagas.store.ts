import { type EndedSaga, isOpen, type SagaWrite, statusOf } from '@backstitch/saga-engine';
import { PostgresSagaStore, type PostgresSagaStoreOptions } from '@backstitch/saga-engine/postgres';
import type { Logger, TraceFields } from '@backstitch/service-kit';
import type { SagaMetrics } from './saga-metrics.js';

/** What every log line about a saga carries. */
function sagaTrace(saga: {
  sagaId: string;
  subjectId: string;
  requestId: string | undefined;
}): TraceFields {
  const { sagaId, subjectId: orderId, requestId } = saga;
  return { sagaId, orderId, ...(requestId !== undefined && { requestId }) };
}

/** The saga store; it logs the end of every saga that was committed here, whoever waits for it. */
export class LoggingSagaStore extends PostgresSagaStore {
  readonly #logger: Logger;
  readonly #metrics: SagaMetrics;
  #beatAtMs: number | undefined;

  constructor(options: PostgresSagaStoreOptions & { logger: Logger; metrics: SagaMetrics }) {
    super(options);
    this.#logger = options.logger;
    this.#metrics = options.metrics;
  }

  /** Since the last heartbeat that was written; undefined before the first one. */
  get heartbeatAgeMs(): number | undefined {
    return this.#beatAtMs === undefined ? undefined : performance.now() - this.#beatAtMs;
  }

  override async heartbeat(): Promise<void> {
    await super.heartbeat();
    this.#beatAtMs = performance.now();
  }

  override async save(write: SagaWrite): Promise<'saved' | 'guard-failed'> {
    const saved = await super.save(write);
    if (saved !== 'saved') return saved;
    this.#metrics.saved(write, this.clock.nowMs());
    if (!isOpen(write.instance)) this.#logEnd(write.instance);
    return saved;
  }

  #logEnd(ended: EndedSaga): void {
    const ms = Math.round(this.clock.nowMs() - ended.createdAtMs);
    const fields = { status: statusOf(ended), ms, ...sagaTrace(ended) };
    if (ended.phase === 'done') {
      this.#logger.info(fields, 'checkout ended');
    } else {
      const { step, code, message } = ended.failure;
      this.#logger.info({ step, code, reason: message, ...fields }, 'checkout ended');
    }
  }
}
