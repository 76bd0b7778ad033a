import type { Shopper } from '../accounts/shopper.js';
import { type Answer, type Asked, type Kind, Ledger } from '../load/ledger.js';
import type { ChargeFact, Facts, SagaFact } from '../verdict/facts.js';
import { verdictOf } from '../verdict/verdict.js';

const ITEMS = [{ productId: 'p', quantity: 2, price: '29.99' }];
export const TOTAL = '59.98';

/** A world in which everything went well until a test says otherwise. */
export class World {
  readonly ledger = new Ledger();
  readonly sagas: SagaFact[] = [];
  readonly orders = new Map<
    string,
    {
      status: 'PENDING' | 'CONFIRMED' | 'CANCELLED';
      total: string;
      cancellationId?: string;
    }
  >();
  readonly holds = new Map<string, string>();
  readonly charges = new Map<string, ChargeFact[]>();

  /** Who buys from now on; without one, each buyer is another user. */
  shopper: Shopper | undefined;

  /** A client asks, once for every answer; "silence" is none. */
  buyer(kind: Kind, ...answers: (Partial<Answer> | 'silence')[]): Asked[] {
    const keyed = !kind.startsWith('keyless');
    const intent = this.ledger.intent({ kind, items: ITEMS, keyed, shopper: this.shopper });
    return answers.map((answer) => {
      const asked = this.ledger.enter(intent);
      if (answer === 'silence') asked.silence = 'ECONNRESET';
      else {
        asked.answer = { status: 200, replayed: false, atMs: 1, ...answer };
        asked.answeredId = `answer to ${asked.requestId}`;
      }
      return asked;
    });
  }

  /** The saga that a request started, wholly done or wholly undone. */
  saga(asked: Asked, status: SagaFact['status'], name = `of-${asked.requestId}`): SagaFact {
    const saga: SagaFact = {
      definition: 'checkout',
      sagaId: `saga-${name}`,
      orderId: `order-${name}`,
      requestId: asked.answeredId ?? null,
      userId: asked.intent.userId,
      caller: asked.intent.shopper?.callerId ?? null,
      key: asked.intent.key ?? null,
      cartTotal: TOTAL,
      status,
      currentStep: 'X',
      lastError: null,
    };
    this.sagas.push(saga);
    const isDone = status === 'DONE';
    this.orders.set(saga.orderId, { status: isDone ? 'CONFIRMED' : 'CANCELLED', total: TOTAL });
    this.holds.set(saga.orderId, isDone ? 'CONSUMED' : 'RELEASED');
    if (isDone) this.charges.set(saga.sagaId, [charge('APPROVED', null)]);
    return saga;
  }

  breaches(): string[] {
    return verdictOf(this.ledger.asked, this as Facts).map(({ what }) => what);
  }
}

export function charge(decision: ChargeFact['decision'], refunded: string | null): ChargeFact {
  return { decision, amount: TOTAL, refunded };
}

/** What a client is told of the saga of this name. */
export const yes = (name: string): Partial<Answer> => ({
  status: 200,
  sagaId: `saga-${name}`,
  orderId: `order-${name}`,
});
