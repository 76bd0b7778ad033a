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
import { behaviourOf } from './mock-cards.js';

/** How much longer than others a slow card takes. */
const SLOW_CARD_MS = 3_000;

export interface BankTerms {
  /** The share of new charges that is declined, 0 to 1. */
  failureRate: number;
  /** How long the bank takes to answer. */
  latencyMs: number;
  /** The share of new charges that is declined for the moment: a later try may succeed, 0 to 1. */
  softDeclineRate?: number;
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

type BankTrouble = 'failureRate' | 'latencyMs' | 'softDeclineRate' | 'errorRate' | 'lostAnswerRate';

/**
 * A bank for demos and tests. It forgets nothing: it decides about a key once, whatever crashes, so
 * that "charged once" can be proved against a second record.
 */
export class SimulatedBank implements PaymentProvider {
  /** Charges to cards whose first answer was lost. */
  private readonly lostOnce = new Set<string>();

  constructor(
    private readonly ledger: BankRepository,
    private readonly terms: BankTerms,
  ) {}

  async charge(request: ChargeRequest): Promise<ChargeOutcome> {
    const { losesFirstAnswer, isSlow } = behaviourOf(request.card);
    if (isSlow) await pause(SLOW_CARD_MS);
    const outcome = await this.call(() => this.decide(request));
    if (!losesFirstAnswer || this.lostOnce.delete(request.key)) return outcome;
    this.lostOnce.add(request.key);
    throw await this.noAnswer();
  }

  /** A soft decline decides nothing, and is no answer about a key that is decided. */
  private async decide(request: ChargeRequest): Promise<ChargeOutcome> {
    const { key, amountMinor, currency, card } = request;
    if (this.happens('softDeclineRate') && !(await this.ledger.isDecided(key))) {
      return { kind: 'soft-declined', reason: 'try_again_later' };
    }
    const { decision, declineCode = 'the card was declined' } = behaviourOf(card);
    const isDeclined = decision ? decision === 'DECLINED' : this.happens('failureRate');
    return this.ledger.charge({
      key,
      amountMinor,
      currency,
      decision: isDeclined ? 'DECLINED' : 'APPROVED',
      reason: isDeclined ? declineCode : null,
    });
  }

  cancel(key: string): Promise<CancelOutcome> {
    return this.call(() => this.ledger.cancel(key));
  }

  /** Each call for itself: one payment's trouble is not its neighbours'. */
  async call<Outcome>(act: () => Promise<Outcome>): Promise<Outcome> {
    const { latencyMs, observed } = this.terms;
    if (latencyMs > 0) {
      observed?.('latencyMs', latencyMs);
      await pause(latencyMs);
    }
    if (this.happens('errorRate')) throw unavailable('The bank cannot serve this now');
    const outcome = await answered(act());
    if (!this.happens('lostAnswerRate')) return outcome;
    throw await this.noAnswer();
  }

  private async noAnswer(): Promise<Fault> {
    const { answerTimeoutMs = 0 } = this.terms;
    await pause(answerTimeoutMs);
    return unavailable(`The bank did not answer within ${answerTimeoutMs} ms`);
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
