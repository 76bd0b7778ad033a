import type { CheckoutTiming } from '../sagas/checkout/checkout-saga.js';

/** The defaults of the configuration. */
export const TIMING: CheckoutTiming = {
  sagaDeadlineMs: 120_000,
  paymentReplyTimeoutMs: 5_000,
  steps: { replyTimeoutMs: 2_000, attemptsMax: 5, deadlineMs: 20_000 },
};
