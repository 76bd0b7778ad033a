import type { EngineLogger } from '@backstitch/saga-engine';
import type { Logger } from '@backstitch/service-kit';

/** The engine's log lines, with their subjects called what they are here: orders. */
export function sagaLogger(logger: Logger): EngineLogger {
  return {
    debug: (fields, message) => logger.debug(ofOrder(fields), message),
    info: (fields, message) => logger.info(ofOrder(fields), message),
    warn: (fields, message) => logger.warn(ofOrder(fields), message),
    error: (fields, message) => logger.error(ofOrder(fields), message),
  };
}

function ofOrder({ subjectId, ...fields }: { subjectId?: string }): object {
  return subjectId === undefined ? fields : { ...fields, orderId: subjectId };
}
