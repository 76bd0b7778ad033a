import type { World } from '@backstitch/saga-engine/testing';

export interface Charge {
  decision: 'NONE' | 'APPROVED' | 'DECLINED' | 'VOIDED';
  /** How often money was taken, and given back. */
  taken: number;
  returned: number;
}

const DECLINED_ONCE_IN = 8;

/** The bank and its record: it decides once a key, and cancels by key in one atomic act. */
export class SimulatedBank {
  private readonly ledger = new Map<string, Charge>();

  constructor(protected readonly world: World) {}

  of(key: string): Charge {
    let charge = this.ledger.get(key);
    if (!charge) this.ledger.set(key, (charge = { decision: 'NONE', taken: 0, returned: 0 }));
    return charge;
  }

  charge(key: string): Charge['decision'] {
    const charge = this.of(key);
    if (charge.decision === 'NONE') {
      charge.decision = this.world.chance.onceIn(DECLINED_ONCE_IN) ? 'DECLINED' : 'APPROVED';
      if (charge.decision === 'APPROVED') charge.taken++;
    }
    return charge.decision;
  }

  cancel(key: string): 'REFUNDED' | 'CANCELLED' | 'FAILED' {
    const charge = this.of(key);
    if (charge.decision === 'NONE') charge.decision = 'VOIDED';
    if (charge.decision === 'VOIDED') return 'CANCELLED';
    if (charge.decision === 'DECLINED') return 'FAILED';
    charge.returned = 1;
    return 'REFUNDED';
  }
}
