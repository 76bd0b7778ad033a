import type {
  Intent,
  IntentProvider,
  IntentRequest,
  IntentState,
  RefundRequest,
  RefundState,
} from '../payment/intent-provider.js';
import type { SimulatedBank } from './bank.provider.js';
import type { ChargeRow } from './bank.sql.js';
import type { IntentRepository, StoredIntent } from './intents.repository.js';
import { feeOf } from './mock-cards.js';

/** The simulated bank for payments that a customer makes. A charge has the id of its intent as key. */
export class SimulatedIntents implements IntentProvider {
  constructor(
    private readonly bank: SimulatedBank,
    private readonly intents: IntentRepository,
    private readonly digits: number,
  ) {}

  create(request: IntentRequest): Promise<string> {
    return this.bank.call(async () => (await this.intents.create(request)).ref);
  }

  async confirm(ref: string): Promise<Intent> {
    const intent = await this.intents.find(ref);
    const { amountMinor, currency, card } = intent;
    const outcome = await this.bank.charge({ key: ref, amountMinor, currency, card });
    if (outcome.kind === 'soft-declined') {
      return { ...this.intentOf(intent, undefined), declineCode: outcome.reason };
    }
    return this.intentOf(intent, await this.intents.decision(ref));
  }

  void(ref: string): Promise<Intent> {
    return this.bank.call(async () => {
      const intent = await this.intents.find(ref);
      return this.intentOf(intent, await this.intents.void(ref));
    });
  }

  refund(request: RefundRequest): Promise<RefundState> {
    return this.bank.call(() => this.intents.refund(request));
  }

  private intentOf({ ref, amountMinor, currency }: StoredIntent, row?: ChargeRow): Intent {
    const state = row ? STATE_OF[row.decision] : 'unconfirmed';
    const charged = state === 'succeeded';
    return {
      ref,
      state,
      amountMinor,
      currency,
      declineCode: state === 'declined' ? (row?.reason ?? null) : null,
      authCode: charged ? ref.slice(-6).toUpperCase() : null,
      feeMinor: charged ? feeOf(amountMinor, this.digits) : null,
    };
  }
}

const STATE_OF = {
  APPROVED: 'succeeded',
  DECLINED: 'declined',
  VOIDED: 'voided',
  BURNED: 'voided',
} as const satisfies Record<ChargeRow['decision'], IntentState>;
