import { setTimeout as pause } from 'node:timers/promises';
import { databaseFault } from '@backstitch/database';
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
  /** The share of calls that the bank turns away, without having done anything, 0 to 1. */
  errorRate?: number;
  /** The share of calls that the bank obeys, and whose answer never comes, 0 to 1. */
  lostAnswerRate?: number;
  /** How long an answer that never comes is waited for. */
  answerTimeoutMs?: number;
  /** 0 ≤ n < 1 */
  random?: () => number;
  /** Told what the bank did: a hit (1) or none (0) of a rate, or its latency. */
  observed?: (term: BankTrouble, amount: number) => void;
}

type BankTrouble = 'failureRate' | 'latencyMs' | 'errorRate' | 'lostAnswerRate';

/**
 * A bank for demos and tests. It forgets nothing: it decides about a key once, whatever crashes, so
 * that "charged once" can be proved against a second record.
 */
export class SimulatedBank implements PaymentProvider {
  constructor(
    private readonly ledger: BankRepository,
    private readonly terms: BankTerms,
  ) {}

  charge({ key, amountMinor, currency }: ChargeRequest): Promise<ChargeOutcome> {
    return this.call(() => {
      const declined = this.happens('failureRate');
      return this.ledger.charge({
        key,
        amountMinor,
        currency,
        decision: declined ? 'DECLINED' : 'APPROVED',
        reason: declined ? 'the card was declined' : null,
      });
    });
  }

  cancel(key: string): Promise<CancelOutcome> {
    return this.call(() => this.ledger.cancel(key));
  }

  /** Each call for itself: one payment's trouble is not its neighbours'. */
  private async call<Outcome>(act: () => Promise<Outcome>): Promise<Outcome> {
    const { latencyMs, answerTimeoutMs = 0, observed } = this.terms;
    if (latencyMs > 0) {
      observed?.('latencyMs', latencyMs);
      await pause(latencyMs);
    }
    if (this.happens('errorRate')) throw unavailable('The bank cannot serve this now');
    const outcome = await answered(act());
    if (!this.happens('lostAnswerRate')) return outcome;
    await pause(answerTimeoutMs);
    throw unavailable(`The bank did not answer within ${answerTimeoutMs} ms`);
  }

  private happens(term: Exclude<BankTrouble, 'latencyMs'>): boolean {
    const { random = Math.random, observed } = this.terms;
    const rate = this.terms[term] ?? 0;
    const isHit = random() < rate;
    if (rate > 0) observed?.(term, isHit ? 1 : 0);
    return isHit;
  }
}

/** The bank's database is the bank's business: from outside it did not answer. */
async function answered<Outcome>(outcome: Promise<Outcome>): Promise<Outcome> {
  try {
    return await outcome;
  } catch (error) {
    if (!['away', 'locked'].includes(databaseFault(error))) throw error;
    throw unavailable('The bank did not answer');
  }
}

function unavailable(message: string): Fault {
  return new Fault('PROVIDER_UNAVAILABLE', message, true);
}
