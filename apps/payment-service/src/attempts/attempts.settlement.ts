import type { IntentProvider } from '../payment/intent-provider.js';
import {
  isLive,
  outcomeOf,
  refuseOtherAmount,
  unsettled,
  type Attempt,
  type OpenPayment,
} from './attempt.js';
import type { AttemptRepository } from './attempts.repository.js';

export interface AttemptSettlementParts {
  attempts: Pick<
    AttemptRepository,
    'storeRef' | 'voidWithoutRef' | 'settle' | 'attemptsOf' | 'readAttempt' | 'read'
  >;
  provider: IntentProvider;
  /** Told the name of every fault point that is passed; tests arm them. */
  reached: (point: string) => void | Promise<void>;
}

/**
 * Brings an attempt to its end at the provider: outside any transaction, and so that a repeat after
 * a crash at any moment comes to the same end. Answers the attempt as it stands then. Throws Fault.
 */
export class AttemptSettlement {
  constructor(private readonly parts: AttemptSettlementParts) {}

  /**
   * Creates the intent, stores its id, and only then confirms it. An attempt that was ended
   * meanwhile is not confirmed.
   */
  async submit(payment: OpenPayment, attempt: Attempt, token: string): Promise<Attempt> {
    const { attempts, provider, reached } = this.parts;
    if (!isLive(attempt)) return attempt;
    if (attempt.providerRef !== null) return this.confirm(payment, attempt);
    const { amountMinor, currency } = payment;
    await reached('payment.after-attempt-before-create');
    const ref = await provider.create({
      key: attempt.id,
      amountMinor: amountMinor ?? 0,
      currency,
      token,
    });
    const stored = await attempts.storeRef(attempt.id, ref);
    if (!isLive(stored)) return stored;
    return this.confirm(payment, stored);
  }

  /** Ends a live attempt without a token: what was created is asked for, the rest is voided. */
  async finish(payment: OpenPayment, attempt: Attempt): Promise<Attempt> {
    if (!isLive(attempt)) return attempt;
    const known =
      attempt.providerRef === null ? await this.parts.attempts.voidWithoutRef(attempt.id) : attempt;
    return isLive(known) ? this.confirm(payment, known) : known;
  }

  /** For an undo: voids a live attempt, or learns that it was charged. None is live then. */
  async burnLive(orderId: string): Promise<void> {
    const { attempts } = this.parts;
    const [payment, all] = await Promise.all([
      attempts.read(orderId),
      attempts.attemptsOf(orderId),
    ]);
    const live = all.find(isLive);
    if (!payment || !live) return;
    const known = live.providerRef === null ? await attempts.voidWithoutRef(live.id) : live;
    const ended = isLive(known) ? await this.void(payment, known, null, true) : known;
    if (isLive(ended)) throw unsettled(payment);
  }

  private async confirm(payment: OpenPayment, attempt: Attempt): Promise<Attempt> {
    const { attempts, provider, reached } = this.parts;
    await reached('payment.after-ref-before-confirm');
    const intent = await provider.confirm(attempt.providerRef!);
    await reached('payment.after-confirm-before-outcome');
    refuseOtherAmount(payment, intent);
    const outcome = intent.state === 'succeeded' ? outcomeOf(intent) : undefined;
    if (outcome) return attempts.settle(attempt, outcome, false);
    return this.void(payment, attempt, intent.declineCode, false);
  }

  /** Declined is an attempt only when its intent is dead at the provider. */
  private async void(
    payment: OpenPayment,
    attempt: Attempt,
    declineCode: string | null,
    byUndo: boolean,
  ): Promise<Attempt> {
    const { attempts, provider } = this.parts;
    const intent = await provider.void(attempt.providerRef!);
    refuseOtherAmount(payment, intent);
    const outcome = outcomeOf(intent, declineCode);
    return outcome ? attempts.settle(attempt, outcome, byUndo) : attempts.readAttempt(attempt.id);
  }
}
