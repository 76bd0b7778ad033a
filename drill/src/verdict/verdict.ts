import { type Asked, type Intent } from '../load/ledger.js';
import type { Breach } from './breach.js';
import { totalOf } from './cart-total.js';
import type { Facts, SagaFact } from './facts.js';
import { type Case, intentBreaches } from './intent-rules.js';
import { sagaBreaches } from './saga-rules.js';

/**
 * Compares all answers to clients with the contents of all databases. A saga that
 * no client asked for is a breach too. Pure.
 */
export function verdictOf(asked: readonly Asked[], all: Facts): Breach[] {
  // What the clients asked for are checkouts. Other sagas are judged by reconcile alone.
  const sagas = all.sagas.filter(({ definition }) => definition === 'checkout');
  const facts = { ...all, sagas };
  const cases = casesOf(asked, facts.sagas);
  const breaches: Breach[] = [];
  for (const one of cases.values()) {
    breaches.push(...intentBreaches(one, facts));
    for (const saga of one.sagas) {
      const found = sagaBreaches(saga, facts, totalOf(one.intent.items));
      breaches.push(...found.map((breach) => ({ ...breach, intent: one.intent })));
    }
  }
  const known = new Set([...cases.values()].flatMap(({ sagas }) => sagas));
  for (const saga of facts.sagas) {
    if (known.has(saga)) continue;
    const { requestId, sagaId, orderId } = saga;
    breaches.push({ what: `no client asked for it (request ${requestId})`, sagaId, orderId });
  }
  return [...breaches, ...sharedOrders(cases.values(), facts)];
}

function casesOf(asked: readonly Asked[], sagas: readonly SagaFact[]): Map<Intent, Case> {
  const cases = new Map<Intent, { intent: Intent; asked: Asked[]; sagas: SagaFact[] }>();
  for (const one of asked) {
    const { intent } = one;
    const known = cases.get(intent);
    if (known) known.asked.push(one);
    else cases.set(intent, { intent, asked: [one], sagas: [] });
  }
  const intentOf = intentsBySaga(asked);
  for (const saga of sagas) cases.get(intentOf(saga)!)?.sagas.push(saga);
  return cases;
}

/**
 * The intent that a saga was started for: that of its key; without a key, the only one of its user;
 * else that of the request that was answered with the saga's request id. Its user is the saga's.
 */
function intentsBySaga(asked: readonly Asked[]): (saga: SagaFact) => Intent | undefined {
  const byKey = new Map<string, Intent>();
  const byRequest = new Map<string, Intent>();
  const ofUser = new Map<string, Set<Intent>>();
  for (const { intent, answeredId } of asked) {
    if (intent.key !== undefined) byKey.set(intent.key, intent);
    if (answeredId !== undefined) byRequest.set(answeredId, intent);
    ofUser.set(intent.userId, (ofUser.get(intent.userId) ?? new Set()).add(intent));
  }
  const named = ({ userId, key, requestId }: SagaFact): Intent | undefined => {
    if (key !== null) return byKey.get(key);
    const [only, ...others] = ofUser.get(userId ?? '') ?? [];
    if (only && others.length === 0) return only;
    return requestId === null ? undefined : byRequest.get(requestId);
  };
  return (saga) => {
    const intent = named(saga);
    return intent?.userId === saga.userId ? intent : undefined;
  };
}

/** Two intents are always two orders. */
function sharedOrders(cases: Iterable<Case>, facts: Facts): Breach[] {
  const breaches: Breach[] = [];
  const sagaOf = new Map<string, string>();
  for (const { orderId, sagaId } of facts.sagas) {
    const other = sagaOf.get(orderId);
    if (other !== undefined)
      breaches.push({ what: `sagas ${other} and ${sagaId} share an order`, orderId, sagaId });
    sagaOf.set(orderId, sagaId);
  }
  const buyerOf = new Map<string, Intent>();
  for (const { intent, asked } of cases) {
    for (const { answer } of asked) {
      if (answer?.orderId === undefined) continue;
      const other = buyerOf.get(answer.orderId) ?? intent;
      buyerOf.set(answer.orderId, intent);
      if (other === intent) continue;
      const what = `${other.userId} and ${intent.userId} were told the same order`;
      breaches.push({ what, intent, orderId: answer.orderId });
    }
  }
  return breaches;
}
