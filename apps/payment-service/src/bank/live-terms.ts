import type { ChaosSettings } from '@backstitch/service-kit';
import type { PaymentConfig } from '../config.js';
import type { BankTerms } from './bank.provider.js';

const DECLINES = 'bank.declineRate';
const SOFT_DECLINES = 'bank.softDeclineRate';
const LATENCY = 'bank.latencyMs';
const ERRORS = 'bank.errorRate';
const LOST_ANSWERS = 'bank.lostAnswerRate';

/** The configured values of the knobs of the bank, by their ids. */
export function bankKnobs(config: PaymentConfig): Record<string, number> {
  return {
    [DECLINES]: config.PAYMENT_FAILURE_RATE,
    [SOFT_DECLINES]: config.PAYMENT_SOFT_DECLINE_RATE,
    [LATENCY]: config.PAYMENT_LATENCY_MS,
    [ERRORS]: config.BANK_ERROR_RATE,
    [LOST_ANSWERS]: config.BANK_LOST_ANSWER_RATE,
  };
}

/** The terms of the bank as its knobs are now: each call reads them anew. */
export function liveTerms(chaos: ChaosSettings, answerTimeoutMs: number): BankTerms {
  const knobs = {
    failureRate: chaos.knob(DECLINES),
    softDeclineRate: chaos.knob(SOFT_DECLINES),
    latencyMs: chaos.knob(LATENCY),
    errorRate: chaos.knob(ERRORS),
    lostAnswerRate: chaos.knob(LOST_ANSWERS),
  };
  return {
    get failureRate() {
      return knobs.failureRate.value;
    },
    get softDeclineRate() {
      return knobs.softDeclineRate.value;
    },
    get latencyMs() {
      return knobs.latencyMs.value;
    },
    get errorRate() {
      return knobs.errorRate.value;
    },
    get lostAnswerRate() {
      return knobs.lostAnswerRate.value;
    },
    answerTimeoutMs,
    observed: (term, amount) => knobs[term].count(amount),
  };
}
