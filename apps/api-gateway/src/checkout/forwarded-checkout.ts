import type { Caller } from '@backstitch/auth';
import { type ForwardedCheckoutDto, prefersAsync } from '@backstitch/shared-types';
import type { Admittance } from '../admission/checkout-slots.js';
import type { ForwardedRequest } from '../orchestrators/exchange.js';
import { withoutSession } from './checkout-caller.js';

export interface CheckoutToForward {
  sagaId: string;
  requestId: string;
  /** In the form that apps send to each other. */
  key: string | undefined;
  /** Of the client. */
  prefer: string | undefined;
  admittance: NonNullable<Admittance>;
  caller: Caller;
  body: ForwardedCheckoutDto;
}

/** The request to the orchestrator, which may share a batch with others. Pure. */
export function forwardedCheckout(checkout: CheckoutToForward): ForwardedRequest {
  const { sagaId, requestId, key, prefer, admittance, caller, body } = checkout;
  return {
    method: 'POST',
    path: '/checkout',
    headers: {
      'content-type': 'application/json',
      'x-request-id': requestId,
      'x-saga-id': sagaId,
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(prefersAsync(prefer) && { prefer: 'respond-async' }),
      ...(admittance === 'replay-only' && { 'x-replay-only': 'true' }),
    },
    caller: withoutSession(caller),
    body: JSON.stringify(body),
  };
}
