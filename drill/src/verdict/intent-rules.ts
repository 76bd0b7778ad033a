import { type Asked, type Intent, type Kind, toldBy } from '../load/ledger.js';
import type { Breach } from './breach.js';
import { totalOf } from './cart-total.js';
import type { Facts, SagaFact } from './facts.js';

/** One intent with all answers to its clients, and all sagas that were started for it. */
export interface Case {
  intent: Intent;
  asked: readonly Asked[];
  /** Started for it, by one of its requests. */
  sagas: readonly SagaFact[];
}

/** The only codes with which a cart of these kinds may be rejected for its content. */
const CART_CODES: Partial<Record<Kind, string>> = {
  'sold-out': 'INSUFFICIENT_STOCK',
  'unknown-product': 'PRODUCT_NOT_FOUND',
  'old-price': 'PRICE_CHANGED',
  scarce: 'INSUFFICIENT_STOCK',
};
const NEVER_SOLD: ReadonlySet<Kind> = new Set(['sold-out', 'unknown-product', 'old-price']);
const ABOUT_THE_CART = new Set(['INSUFFICIENT_STOCK', 'PRODUCT_NOT_FOUND', 'PRICE_CHANGED']);

/** Compares the answers to clients with the databases. Pure. */
export function intentBreaches(one: Case, facts: Facts): Breach[] {
  const { intent, asked, sagas } = one;
  const breaches = [
    ...asked.flatMap((each) => [...problemsOfAnswer(each, one, facts)]),
    ...problemsOfCase(one),
    ...problemsOfOwner(one),
  ];
  const [sagaId, orderId] = [sagas[0]?.sagaId, sagas[0]?.orderId];
  return breaches.map((what) => ({ what, intent, sagaId, orderId }));
}

function* problemsOfAnswer(asked: Asked, one: Case, facts: Facts): Generator<string> {
  const { answer, requestId, answeredId, otherCart, intent } = asked;
  const told = toldBy(asked);
  const { kind } = intent;
  const { status, code = '' } = answer ?? {};
  const said = `${requestId} was answered ${status} ${code}`.trimEnd();
  const own = answeredId !== undefined && one.sagas.find((saga) => saga.requestId === answeredId);
  const named = facts.sagas.find(({ sagaId }) => sagaId === answer?.sagaId);

  if (told === 'wrong') yield `${said}, which no client should see`;
  if (otherCart) {
    if (told === 'yes' || told === 'going on') yield `${said} for another cart under its key`;
    // Without an answer the saga is known by its cart.
    const started = own || one.sagas.find(({ cartTotal }) => cartTotal !== totalOf(intent.items));
    if (started) {
      yield `${requestId} had another cart under its key, and started saga ${started.sagaId}`;
    }
    return;
  }
  if (told === 'not accepted' && own) yield `${said}, and its saga ${own.sagaId} exists`;
  if (answer?.sagaId !== undefined && told !== 'unknown') {
    if (!named) yield `${said} with saga ${answer.sagaId}, which does not exist`;
    else if (!one.sagas.includes(named)) yield `${said} with the saga of ${named.requestId}`;
    else if (named.orderId !== answer.orderId) yield `${said} with another saga's order`;
  }
  if (told === 'yes') {
    if (named?.status !== 'DONE') yield `${said}, and its saga is ${named?.status ?? 'missing'}`;
    if (NEVER_SOLD.has(kind)) yield `${said} for a cart of the kind ${kind}`;
  }
  if (told === 'no') {
    if (ABOUT_THE_CART.has(code) && CART_CODES[kind] !== code) yield `${said} for a good cart`;
    if (code === 'PAYMENT_DECLINED' && !one.sagas.some((saga) => isDeclined(saga, facts))) {
      yield `${said}, and the bank never declined`;
    }
  }
}

function* problemsOfCase({ intent, asked, sagas }: Case): Generator<string> {
  const told = new Set(asked.filter(({ otherCart }) => !otherCart).map(toldBy));
  const done = sagas.filter(({ status }) => status === 'DONE');
  const undone = sagas.filter(({ status }) => status === 'COMPENSATED');
  const list = (some: readonly SagaFact[]): string => some.map(({ sagaId }) => sagaId).join(', ');
  if (done.length > 1) yield `bought ${done.length} times: sagas ${list(done)}`;
  if (told.has('no') && undone.length === 0) yield 'rejected, and no saga of it was undone';
  const ids = new Set(asked.map(({ answeredId }) => answeredId));
  // A request without an answer may have started any of them.
  const unanswered = asked.some(({ answer }) => answer === undefined);
  const unknown = sagas.filter(({ requestId }) => requestId === null || !ids.has(requestId));
  if (unknown.length > 0 && !unanswered) {
    yield `its requests were answered as others than the one that started saga ${list(unknown)}`;
  }
  if (intent.key === undefined) return;
  if (sagas.length > 1) yield `one key, ${sagas.length} sagas: ${list(sagas)}`;
  if (told.has('yes') && told.has('no')) yield 'accepted, and also rejected';
  if (told.has('no') && done.length > 0) yield `rejected, and yet bought: saga ${list(done)}`;
}

/** An order belongs to the caller who placed it, and to no other. */
function* problemsOfOwner({ intent, sagas }: Case): Generator<string> {
  const { shopper } = intent;
  for (const saga of sagas) {
    if (shopper && saga.caller !== shopper.callerId) {
      yield `its saga ${saga.sagaId} belongs to ${saga.caller} instead of ${shopper.callerId}`;
    }
  }
}

function isDeclined({ sagaId }: SagaFact, facts: Facts): boolean {
  return (facts.charges.get(sagaId) ?? []).some(({ decision }) => decision === 'DECLINED');
}
