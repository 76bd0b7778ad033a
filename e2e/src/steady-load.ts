import { Repeated } from './repeated.js';
import type { System } from './system.js';
import { type Answer, checkout, mouse, newUser } from './shopper.js';

/** One request of a shopper, and what became of it as the shopper saw it. */
export interface Attempt {
  userId: string;
  key: string;
  askedAtMs: number;
  tookMs: number;
  /** Undefined when the connection was lost. */
  answer: Answer | undefined;
}

const THINKING_MS = 40;

/** A few shoppers who buy a mouse, think, and buy the next one; every answer is kept. */
export class SteadyLoad {
  private readonly shopping: Repeated<Attempt>;

  constructor(
    private readonly system: System,
    shoppers: number,
  ) {
    const options = { atOnce: shoppers, pauseMs: THINKING_MS };
    this.shopping = new Repeated(() => this.buy(), options);
  }

  get attempts(): readonly Attempt[] {
    return this.shopping.answers;
  }

  /** How many of the requests asked since then were answered 200 within the time. */
  servedSince(sinceMs: number, withinMs: number): number {
    const { attempts } = this;
    return attempts.filter(
      ({ askedAtMs, tookMs, answer }) =>
        askedAtMs >= sinceMs && tookMs <= withinMs && answer?.status === 200,
    ).length;
  }

  /** Resolves once every request is answered. */
  async stop(): Promise<void> {
    await this.shopping.stop();
  }

  private async buy(): Promise<Attempt> {
    const [userId, key] = [newUser(), crypto.randomUUID()];
    const askedAtMs = performance.now();
    const sent = checkout(this.system.gatewayUrl, [mouse(1)], { userId, key });
    const answer = await sent.catch(() => undefined);
    return { userId, key, askedAtMs, tookMs: performance.now() - askedAtMs, answer };
  }
}

/** What the databases have of one attempt. */
export interface Truth {
  orders: { id: string; status: string }[];
  /** Of the order: what was paid and not given back. */
  paid: string[];
  saga: string | undefined;
}

/** What each answer must mean in the databases, once all has settled; wrong ones as text. */
export async function untrueAnswers(
  system: System,
  attempts: readonly Attempt[],
): Promise<string[]> {
  const truths = await readTruths(system);
  return attempts.flatMap((attempt) => {
    const contradiction = contradictionIn(attempt, truths(attempt));
    return contradiction === undefined ? [] : [`${attempt.userId}: ${contradiction}`];
  });
}

/** Why the answer is not true; undefined when it is. Pure. */
export function contradictionIn(
  { answer }: Pick<Attempt, 'answer'>,
  { orders, paid, saga }: Truth,
): string | undefined {
  const seen = JSON.stringify({ status: answer?.status, body: answer?.body, orders, paid, saga });
  if (orders.length > 1 || paid.length > 1) return `done twice: ${seen}`;
  const isDone = saga === 'DONE' && orders[0]?.status === 'CONFIRMED' && paid[0] === '29.99';
  const isUndone = saga === 'COMPENSATED' && orders[0]?.status === 'CANCELLED' && !paid.length;
  const isNothing = saga === undefined && orders.length === 0 && paid.length === 0;
  if (answer?.status === 200) {
    return isDone && answer.body.orderId === orders[0]?.id ? undefined : `not kept: ${seen}`;
  }
  if (answer?.status === 202) return isDone || isUndone ? undefined : `not ended: ${seen}`;
  if (answer && answer.status !== 503) return `unexpected: ${seen}`;
  if (answer?.body.code === 'NOT_ACCEPTED') return isNothing ? undefined : `accepted: ${seen}`;
  return isDone || isUndone || isNothing ? undefined : `half done: ${seen}`;
}

async function readTruths(system: System): Promise<(attempt: Attempt) => Truth> {
  const [orders, payments, sagas] = await Promise.all([
    system.rows<{ id: string; status: string; user_id: string }>(
      'orders',
      'SELECT id, status, user_id FROM orders',
    ),
    system.rows<{ order_id: string; amount: string }>(
      'payments',
      `SELECT order_id, amount FROM payments WHERE status NOT IN ('FAILED', 'REFUNDED', 'CANCELLED')`,
    ),
    system.rows<{ key: string; status: string }>(
      'orchestrator',
      'SELECT key, status FROM idempotency_keys JOIN saga_state USING (saga_id)',
    ),
  ]);
  const ordersOf = grouped(orders, ({ user_id }) => user_id);
  const paidFor = grouped(payments, ({ order_id }) => order_id);
  const sagaOf = new Map(sagas.map(({ key, status }) => [key, status]));
  return ({ userId, key }) => {
    const own = (ordersOf.get(userId) ?? []).map(({ id, status }) => ({ id, status }));
    const paid = own.flatMap(({ id }) => (paidFor.get(id) ?? []).map(({ amount }) => amount));
    return { orders: own, paid, saga: sagaOf.get(key) };
  };
}

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
