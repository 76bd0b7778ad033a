import type { SagaFailure, SagaStatus } from '@backstitch/saga-engine';
import type { ErrorCodeName } from '@backstitch/shared-types';
import { type RefusedProduct, refusalOf } from './refusal.js';

/** How a saga ended, as far as its answer depends on it. */
export type Ending = { phase: 'done' } | { phase: 'undone'; failure: SagaFailure };

/** What is known of a checkout when its answer is due. */
export interface CheckoutSoFar {
  /** Undefined when the saga goes on, or could not be read, when the wait was over. */
  ended: Ending | undefined;
  sagaId: string;
  orderId: string;
  /** Where an unfinished saga was seen last. */
  status: SagaStatus;
  /** Another request's checkout is answered: same key, or the same cart just now. */
  replayed: boolean;
  keyed: boolean;
  /** The caller asked for 202 at once. */
  async: boolean;
  /** The wait was cut short because this orchestrator is shutting down. */
  cutShort: boolean;
}

interface AnswerHeaders {
  location?: string;
  'retry-after'?: string;
  'idempotent-replayed'?: 'true';
  'preference-applied'?: 'respond-async';
}

export type CheckoutAnswer =
  | { kind: 'body'; status: 200 | 202; headers: AnswerHeaders; body: object }
  | {
      kind: 'problem';
      code: ErrorCodeName;
      detail: string;
      headers: AnswerHeaders;
      errors?: RefusedProduct[];
      declineCode?: string;
    };

const RETRY_AFTER_SECONDS = '2';

/** How a checkout is answered: done, rejected, or not yet. Pure. */
export function answerOf(soFar: CheckoutSoFar): CheckoutAnswer {
  const { ended, sagaId, orderId, status, replayed } = soFar;
  const marked: AnswerHeaders = replayed ? { 'idempotent-replayed': 'true' } : {};
  if (ended?.phase === 'done') {
    const message = 'Order placed successfully';
    const body = { success: true, orderId, sagaId, message };
    return { kind: 'body', status: 200, headers: marked, body };
  }
  if (ended) {
    return { kind: 'problem', headers: marked, ...refusalOf(ended.failure) };
  }
  const location = locationOf(sagaId);
  if (replayed && soFar.keyed && !soFar.async && !soFar.cutShort) {
    return {
      kind: 'problem',
      code: 'CHECKOUT_IN_PROGRESS',
      detail: 'The checkout of this key is still in progress. See Location for the result.',
      headers: { ...marked, location, 'retry-after': RETRY_AFTER_SECONDS },
    };
  }
  const preferred: AnswerHeaders = soFar.async ? { 'preference-applied': 'respond-async' } : {};
  const message = 'The order is being processed; see Location for the result';
  return {
    kind: 'body',
    status: 202,
    headers: { ...marked, ...preferred, location },
    body: { status, orderId, sagaId, message },
  };
}

/** Where the public API shows a saga. */
export function locationOf(sagaId: string): string {
  return `/api/sagas/${sagaId}`;
}
