import { setTimeout as pause } from 'node:timers/promises';
import { databaseFault } from '@backstitch/service-kit';
import { Fault } from '@backstitch/shared-types';
import type {
  CancelOutcome,
  ChargeOutcome,
  ChargeRequest,
  PaymentProvider,
} from '../payment/provider.js';
import type { BankRepository } from './bank.repository.js';

export interface BankTerms {
  /** The share of new charges that is declined, 0 to 1. */
  failureRate: number;
  /** How long the bank takes to answer. */
  latencyMs: number;
  /** 0 ≤ n < 1 */
  random?: () => number;
}

/**
 * A bank for demos and tests that is as forgetful as a real one: not at all. It decides about a key
 * once, whatever crashes, so that "charged once" can be proved against somebody else's record.
 */
export class SimulatedBank implements PaymentProvider {
  constructor(
    private readonly book: BankRepository,
    private readonly terms: BankTerms,
  ) {}

  async charge({ key, amountMinor, currency }: ChargeRequest): Promise<ChargeOutcome> {
    await this.travel();
    const { failureRate, random = Math.random } = this.terms;
    const declined = random() < failureRate;
    return answered(
      this.book.charge({
        key,
        amountMinor,
        currency,
        decision: declined ? 'DECLINED' : 'APPROVED',
        reason: declined ? 'the card was declined' : null,
      }),
    );
  }

  async cancel(key: string): Promise<CancelOutcome> {
    await this.travel();
    return answered(this.book.cancel(key));
  }

  /** Each call for itself: one payment's latency is not its neighbours'. */
  private async travel(): Promise<void> {
    if (this.terms.latencyMs > 0) await pause(this.terms.latencyMs);
  }
}

/** The bank's database is the bank's business: from outside it did not answer. */
async function answered<Outcome>(outcome: Promise<Outcome>): Promise<Outcome> {
  try {
    return await outcome;
  } catch (error) {
    if (databaseFault(error) !== 'away') throw error;
    throw new Fault('PROVIDER_UNAVAILABLE', 'The bank did not answer', true);
  }
}
