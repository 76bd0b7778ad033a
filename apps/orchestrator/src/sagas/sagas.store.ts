import { type EndedSaga, isOpen, type SagaWrite, statusOf } from '@backstitch/saga-engine';
import { PostgresSagaStore, type PostgresSagaStoreOptions } from '@backstitch/saga-engine/postgres';
import type { Logger, TraceFields } from '@backstitch/service-kit';

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

  constructor(options: PostgresSagaStoreOptions & { logger: Logger }) {
    super(options);
    this.#logger = options.logger;
  }

  override async save(write: SagaWrite): Promise<'saved' | 'guard-failed'> {
    const saved = await super.save(write);
    if (saved === 'saved' && !isOpen(write.instance)) this.#logEnd(write.instance);
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
