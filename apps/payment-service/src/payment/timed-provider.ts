import { Timings } from '@backstitch/service-kit';
import { Fault } from '@backstitch/shared-types';
import type { CancelOutcome, ChargeOutcome, ChargeRequest, PaymentProvider } from './provider.js';

const durations = new Timings({
  name: 'backstitch_bank_call_duration_seconds',
  help: 'Duration of a call to the bank, by outcome',
  labels: ['operation', 'outcome'],
});

/** How a call ended that brought no answer of the bank. */
type NoAnswer = 'unavailable' | 'amount_mismatch' | 'error';

/** A provider whose calls are measured: their number, how they ended, and how long they took. */
export class TimedProvider implements PaymentProvider {
  constructor(private readonly provider: PaymentProvider) {}

  charge(request: ChargeRequest): Promise<ChargeOutcome> {
    return timed('charge', this.provider.charge(request), ({ kind }) => kind);
  }

  cancel(key: string): Promise<CancelOutcome> {
    return timed('cancel', this.provider.cancel(key), (outcome) => outcome);
  }
}

async function timed<Answer>(
  operation: 'charge' | 'cancel',
  call: Promise<Answer>,
  outcomeOf: (answer: Answer) => string,
): Promise<Answer> {
  const beganMs = performance.now();
  let outcome: string = 'error' satisfies NoAnswer;
  try {
    const answer = await call;
    outcome = outcomeOf(answer);
    return answer;
  } catch (error) {
    outcome = noAnswerOf(error);
    throw error;
  } finally {
    durations.observe((performance.now() - beganMs) / 1_000, operation, outcome);
  }
}

function noAnswerOf(error: unknown): NoAnswer {
  if (!(error instanceof Fault)) return 'error';
  if (error.code === 'PROVIDER_UNAVAILABLE') return 'unavailable';
  return error.code === 'AMOUNT_MISMATCH' ? 'amount_mismatch' : 'error';
}
