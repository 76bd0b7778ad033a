import type { SagaTag } from '@backstitch/shared-types';

/** What every log line about a checkout carries, under these names in all five apps. */
export interface TraceFields {
  sagaId?: string;
  orderId?: string;
  requestId?: string;
  /** The x-request-id that an untrusted client sent: never the request's id. */
  clientRequestId?: string;
  step?: string;
  direction?: string;
  attempt?: number;
}

/** The fields of a line about one command: `logger.info(commandTrace(orderId, saga), '…')`. */
export function commandTrace(orderId: string, saga?: SagaTag): TraceFields {
  if (!saga) return { orderId };
  const { sagaId, step, direction, attempt, requestId } = saga;
  return { sagaId, orderId, requestId, step, direction, attempt };
}
