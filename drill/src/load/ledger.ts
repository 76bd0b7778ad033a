import type { Shopper } from '../accounts/shopper.js';

/** The kinds of shoppers. */
export type Kind =
  | 'plain'
  | 'lines'
  | 'hot'
  | 'scarce'
  | 'sold-out'
  | 'unknown-product'
  | 'old-price'
  | 'concurrent'
  | 'again'
  | 'keyless'
  | 'keyless-concurrent'
  | 'async'
  | 'impatient'
  | 'reused-key';

export interface Line {
  productId: string;
  quantity: number;
  price: string;
}

/** One thing that a shopper wants to buy: all requests of it must come to one order, or to none. */
export interface Intent {
  id: number;
  kind: Kind;
  /** Who buys, with a token; without one, the request names its user. */
  shopper?: Shopper;
  userId: string;
  /** Its Idempotency-Key. */
  key: string | undefined;
  items: readonly Line[];
}

export interface Answer {
  status: number;
  /** Of a problem. */
  code?: string;
  sagaId?: string;
  orderId?: string;
  replayed: boolean;
  atMs: number;
}

/** One request, and what came of it. */
export interface Asked {
  /** Its x-request-id, which the gateway logs beside its own. */
  requestId: string;
  /** The x-request-id of its answer; the saga that it started remembers it. */
  answeredId?: string;
  intent: Intent;
  /** It names the intent's key for another cart: only a refusal is right. */
  otherCart: boolean;
  askedAtMs: number;
  answer?: Answer;
  /** Why there is no answer. */
  silence?: string;
  /** When that was known. */
  silentAtMs?: number;
}

/** All requests of clients with their answers, in order. Times are since its start. */
export class Ledger {
  readonly startedAt = new Date();
  readonly asked: Asked[] = [];
  private readonly startMs = performance.now();
  private intents = 0;

  nowMs(): number {
    return this.atMs(performance.now());
  }

  /** A moment of performance.now(), by this clock. */
  atMs(performanceMs: number): number {
    return Math.round(performanceMs - this.startMs);
  }

  /** One without a shopper has a user of its own. */
  intent(wish: Omit<Intent, 'id' | 'userId' | 'key'> & { keyed: boolean }): Intent {
    this.intents += 1;
    const { kind, items, keyed, shopper } = wish;
    const id = this.intents;
    const userId = shopper?.subject ?? `user-${id}`;
    return { id, kind, items, shopper, userId, key: keyed ? `key-${id}` : undefined };
  }

  enter(intent: Intent, otherCart = false): Asked {
    const requestId = `drill-${this.asked.length + 1}`;
    const asked: Asked = { requestId, intent, otherCart, askedAtMs: this.nowMs() };
    this.asked.push(asked);
    return asked;
  }
}

/** The meaning of an answer for the client. */
export type Told = 'yes' | 'no' | 'going on' | 'not accepted' | 'unknown' | 'wrong';

/** Codes that reject the order itself. They are sent after its undo is complete. */
const NO_CODES: ReadonlySet<string> = new Set([
  'PAYMENT_DECLINED',
  'PRODUCT_NOT_FOUND',
  'INSUFFICIENT_STOCK',
  'PRICE_CHANGED',
  'RESERVATION_EXPIRED',
  'ORDER_CANCELLED',
  'CHECKOUT_UNDONE',
]);

export function toldBy({ answer, otherCart }: Asked): Told {
  if (!answer) return 'unknown';
  const { status, code = '' } = answer;
  if (status === 200) return 'yes';
  if (status === 202) return 'going on';
  if (status === 409 && code === 'CHECKOUT_IN_PROGRESS') return 'going on';
  if ([402, 404, 409].includes(status) && NO_CODES.has(code)) return 'no';
  if (status === 422 && code === 'IDEMPOTENCY_KEY_REUSED' && otherCart) return 'no';
  if (status === 429 || (status === 503 && code === 'NOT_ACCEPTED')) return 'not accepted';
  // A gateway that stood still may find that a request was late, and then serves nothing of it.
  if (status === 408 && code === 'REQUEST_TIMEOUT') return 'not accepted';
  if (status === 503 && (code === 'OUTCOME_UNKNOWN' || code === 'UNAVAILABLE')) return 'unknown';
  return 'wrong';
}
