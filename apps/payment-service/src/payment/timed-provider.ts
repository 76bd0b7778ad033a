import { Timings } from '@backstitch/service-kit';
import { Fault } from '@backstitch/shared-types';
import type {
  Intent,
  IntentProvider,
  IntentRequest,
  RefundRequest,
  RefundState,
} from './intent-provider.js';
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

/** The same for the payments that customers make, and for refunds. */
export class TimedIntents implements IntentProvider {
  constructor(private readonly provider: IntentProvider) {}

  create(request: IntentRequest): Promise<string> {
    return timed('create', this.provider.create(request), () => 'created');
  }

  confirm(ref: string): Promise<Intent> {
    return timed('confirm', this.provider.confirm(ref), ({ state }) => state);
  }

  void(ref: string): Promise<Intent> {
    return timed('void', this.provider.void(ref), ({ state }) => state);
  }

  refund(request: RefundRequest): Promise<RefundState> {
    return timed('refund', this.provider.refund(request), (state) => state.toLowerCase());
  }
}

async function timed<Answer>(
  operation: 'charge' | 'cancel' | 'create' | 'confirm' | 'void' | 'refund',
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
