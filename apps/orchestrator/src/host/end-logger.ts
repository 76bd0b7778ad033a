import { type Clock, isEnded, type SagaObserver, statusOf } from '@backstitch/saga-engine';
import type { Logger, TraceFields } from '@backstitch/service-kit';

/** Logs the end of every saga that was committed here: "checkout ended". */
export function endLogger(clock: Clock, logger: Pick<Logger, 'info'>): SagaObserver {
  return {
    committed: (_before, _event, ended) => {
      if (!isEnded(ended)) return;
      const message = `${ended.definition} ended`;
      const ms = Math.round(clock.nowMs() - ended.createdAtMs);
      const fields = { status: statusOf(ended), ms, ...sagaTrace(ended) };
      if (ended.phase === 'done') return logger.info(fields, message);
      const { step, code, message: reason } = ended.failure;
      logger.info({ step, code, reason, ...fields }, message);
    },
  };
}

/** What every log line about a saga carries. */
function sagaTrace(saga: {
  sagaId: string;
  subjectId: string;
  requestId: string | undefined;
}): TraceFields {
  const { sagaId, subjectId: orderId, requestId } = saga;
  return { sagaId, orderId, ...(requestId !== undefined && { requestId }) };
}
