import { describe, expect, it } from '@jest/globals';
import type { Shopper } from '../accounts/shopper.js';
import { charge, TOTAL, World, yes } from '../testing/world.js';
import { totalOf } from './cart-total.js';
import type { SagaFact } from './facts.js';

const ANN: Shopper = { kind: 'user', subject: 'ann', callerId: 'u:a', token: 't' };
const DECLINED = { status: 402, code: 'PAYMENT_DECLINED' };
const NOT_ACCEPTED = { status: 503, code: 'NOT_ACCEPTED' };
const OUTCOME_UNKNOWN = { status: 503, code: 'OUTCOME_UNKNOWN' };

describe('the verdict finds nothing', () => {
  it('when every answer is true', () => {
    const world = new World();
    const [sold] = world.buyer('plain', yes('a'), { ...yes('a'), replayed: true });
    world.saga(sold!, 'DONE', 'a');
    const [declined] = world.buyer('plain', DECLINED, DECLINED);
    world.charges.set(world.saga(declined!, 'COMPENSATED').sagaId, [charge('DECLINED', null)]);
    world.buyer('plain', NOT_ACCEPTED);
    world.buyer('plain', 'silence');
    const [lost] = world.buyer('plain', 'silence', OUTCOME_UNKNOWN);
    world.saga(lost!, 'DONE');
    const [undone] = world.buyer('plain', 'silence');
    world.charges.set(world.saga(undone!, 'COMPENSATED').sagaId, [charge('APPROVED', TOTAL)]);
    const [soldOut] = world.buyer('sold-out', { status: 409, code: 'INSUFFICIENT_STOCK' });
    world.saga(soldOut!, 'COMPENSATED');
    const [accepted] = world.buyer('async', { ...yes('b'), status: 202 });
    world.saga(accepted!, 'COMPENSATED', 'b');
    expect(world.breaches()).toEqual([]);
  });

  it('when one key was not accepted first, and then was', () => {
    const world = new World();
    const late = { status: 408, code: 'REQUEST_TIMEOUT' };
    const [, , third] = world.buyer('plain', NOT_ACCEPTED, late, yes('a'));
    world.saga(third!, 'DONE', 'a');
    expect(world.breaches()).toEqual([]);
  });

  it('when a keyless twin is declined and the next one buys', () => {
    const world = new World();
    const [first, second] = world.buyer('keyless-concurrent', DECLINED, yes('b'));
    world.charges.set(world.saga(first!, 'COMPENSATED').sagaId, [charge('DECLINED', null)]);
    world.saga(second!, 'DONE', 'b');
    expect(world.breaches()).toEqual([]);
  });

  it('when one user buys under several keys', () => {
    const world = new World();
    world.shopper = ANN;
    for (const name of ['a', 'b']) world.saga(world.buyer('plain', yes(name))[0]!, 'DONE', name);
    const [lost] = world.buyer('plain', 'silence');
    world.saga(lost!, 'DONE', 'c');
    expect(world.breaches()).toEqual([]);
  });

  it('when an order was cancelled after it was done, and its money is back', () => {
    const world = new World();
    const { sagaId, orderId } = world.saga(world.buyer('plain', yes('a'))[0]!, 'DONE', 'a');
    world.orders.set(orderId, { status: 'CANCELLED', total: TOTAL, cancellationId: 'saga-c' });
    world.charges.set(sagaId, [charge('APPROVED', TOTAL)]);
    expect(world.breaches()).toEqual([]);
  });

  it('when a key is refused for another cart', () => {
    const world = new World();
    const [first] = world.buyer('reused-key', yes('a'));
    world.saga(first!, 'DONE', 'a');
    world.ledger.enter(first!.intent, true).answer = {
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
      replayed: false,
      atMs: 1,
    };
    expect(world.breaches()).toEqual([]);
  });
});

describe('the verdict finds', () => {
  /** Finds what is planted; `said` is a piece of what must be said of it. */
  const finds = (what: string, said: string, plant: (world: World) => unknown): void =>
    it(what, () => {
      const world = new World();
      plant(world);
      expect(world.breaches().join('\n')).toContain(said);
    });
  const sold = (world: World) => world.saga(world.buyer('plain', yes('a'))[0]!, 'DONE', 'a');
  finds(
    'an order that was cancelled after it was done, and charged',
    'and yet charged',
    (world) => {
      const { orderId } = sold(world);
      world.orders.set(orderId, { status: 'CANCELLED', total: TOTAL, cancellationId: 'saga-c' });
    },
  );
  finds('an order that was done, and that no saga cancelled', 'its order is CANCELLED', (world) =>
    world.orders.set(sold(world).orderId, { status: 'CANCELLED', total: TOTAL }),
  );
  const unheard = (world: World, status: SagaFact['status'], name?: string) =>
    world.saga(world.buyer('plain', 'silence')[0]!, status, name);

  finds('an order told 200 that is not CONFIRMED', 'its order is PENDING', (world) =>
    world.orders.set(sold(world).orderId, { status: 'PENDING', total: TOTAL }),
  );
  finds(
    'an order told 200 whose saga was undone',
    'was answered 200, and its saga is COMPENSATED',
    (world) => world.saga(world.buyer('plain', yes('a'))[0]!, 'COMPENSATED', 'a'),
  );
  finds('an order told 200 of which no row is left', 'which does not exist', (world) =>
    world.buyer('plain', yes('a')),
  );
  finds(
    'an order told accepted of which no row is left',
    'was answered 202 with saga saga-a, which does not exist',
    (world) => world.buyer('async', { ...yes('a'), status: 202 }),
  );
  finds('an order charged twice', 'charged 2 times: 59.98 and 59.98', (world) =>
    world.charges.get(sold(world).sagaId)!.push(charge('APPROVED', null)),
  );
  finds('an order that is not paid', 'nothing is paid', (world) =>
    world.charges.set(sold(world).sagaId, [charge('APPROVED', TOTAL)]),
  );
  finds('an order charged another amount', 'charged 1.00 instead of 59.98', (world) => {
    const charged = { ...charge('APPROVED', null), amount: '1.00' };
    world.charges.set(sold(world).sagaId, [charged]);
  });
  finds(
    'an order of another total than the cart',
    'its order is of 1.00 instead of 59.98',
    (world) => world.orders.set(sold(world).orderId, { status: 'CONFIRMED', total: '1.00' }),
  );
  finds('an order without its stock', 'its reservation is RELEASED', (world) =>
    world.holds.set(sold(world).orderId, 'RELEASED'),
  );
  finds('an order told 402 that was charged', 'undone, and yet charged 59.98', (world) => {
    const { sagaId } = world.saga(world.buyer('plain', DECLINED)[0]!, 'COMPENSATED');
    world.charges.set(sagaId, [charge('DECLINED', null), charge('APPROVED', null)]);
  });
  finds('an order told 402 although the bank never declined', 'the bank never declined', (world) =>
    world.saga(world.buyer('plain', DECLINED)[0]!, 'COMPENSATED'),
  );
  finds('an order answered 402 that was bought', 'rejected, and yet bought', (world) =>
    world.saga(world.buyer('plain', DECLINED)[0]!, 'DONE'),
  );
  finds('a rejection without a saga', 'no saga of it was undone', (world) =>
    world.buyer('plain', { status: 409, code: 'CHECKOUT_UNDONE' }),
  );
  finds(
    'stock kept by an order that was undone',
    'undone, and its reservation is ACTIVE',
    (world) => world.holds.set(unheard(world, 'COMPENSATED').orderId, 'ACTIVE'),
  );
  finds('an undone order that stands', 'undone, and its order is CONFIRMED', (world) => {
    const { orderId } = unheard(world, 'COMPENSATED');
    world.orders.set(orderId, { status: 'CONFIRMED', total: TOTAL });
  });
  finds('NOT_ACCEPTED with a saga', 'was answered 503 NOT_ACCEPTED, and its saga', (world) =>
    world.saga(world.buyer('plain', NOT_ACCEPTED)[0]!, 'COMPENSATED'),
  );
  finds('an order that belongs to another caller', 'belongs to u:b instead of u:a', (world) => {
    world.shopper = ANN;
    sold(world).caller = 'u:b';
  });
  finds('a second saga of a user under no key', 'no client asked for it', (world) => {
    world.shopper = ANN;
    sold(world);
    const [other] = world.buyer('plain', yes('b'));
    world.saga(other!, 'DONE', 'b');
    Object.assign(world.saga(other!, 'DONE', 'c'), { key: null, requestId: 'r' });
  });
  finds('two sagas for one key', 'one key, 2 sagas', (world) => {
    const [first, second] = world.buyer('plain', 'silence', yes('b'));
    world.saga(first!, 'COMPENSATED');
    world.saga(second!, 'DONE', 'b');
  });
  finds('two orders for one keyless cart at once', 'bought 2 times', (world) => {
    const [first, second] = world.buyer('keyless-concurrent', yes('a'), yes('b'));
    world.saga(first!, 'DONE', 'a');
    world.saga(second!, 'DONE', 'b');
  });
  finds('an acceptance and a rejection for one key', 'accepted, and also rejected', (world) =>
    world.saga(world.buyer('plain', yes('a'), DECLINED)[0]!, 'DONE', 'a'),
  );
  finds('the order of another saga', 'with the saga of', (world) => {
    sold(world);
    world.buyer('plain', yes('a'));
  });
  finds("another order than the saga's", "with another saga's order", (world) => {
    const answer = { ...yes('a'), orderId: 'order-b' };
    world.saga(world.buyer('plain', answer)[0]!, 'DONE', 'a');
  });
  finds('two buyers who were told one order', 'were told the same order', (world) => {
    sold(world);
    world.buyer('plain', yes('a'));
  });
  finds('two sagas that share an order', 'share an order', (world) => {
    unheard(world, 'DONE', 'a');
    unheard(world, 'DONE', 'b').orderId = 'order-a';
  });
  finds('a saga that no client asked for', 'no client asked for it', (world) => {
    const [asked] = world.buyer('plain', 'silence');
    const intent = { ...asked!.intent, userId: 'another user' };
    world.saga({ ...asked!, intent }, 'DONE');
  });
  finds('a saga that never ended', 'it never ended: COMPENSATING', (world) =>
    unheard(world, 'COMPENSATING'),
  );
  finds(
    'a bug that a client saw',
    'was answered 500 INTERNAL, which no client should see',
    (world) => world.buyer('plain', { status: 500, code: 'INTERNAL' }),
  );
  finds('a good cart that was called malformed', 'was answered 400', (world) =>
    world.buyer('plain', { status: 400, code: 'VALIDATION_FAILED' }),
  );
  finds('a good cart that was called sold out', 'INSUFFICIENT_STOCK for a good cart', (world) => {
    const answer = { status: 409, code: 'INSUFFICIENT_STOCK' };
    world.saga(world.buyer('plain', answer)[0]!, 'COMPENSATED');
  });
  finds('a cart sold at an old price', 'for a cart of the kind old-price', (world) =>
    world.saga(world.buyer('old-price', yes('a'))[0]!, 'DONE', 'a'),
  );
  /** A second cart under the key of one that was sold. */
  const another = (world: World) => {
    const [first] = world.buyer('reused-key', yes('a'));
    world.saga(first!, 'DONE', 'a');
    return world.ledger.enter(first!.intent, true);
  };
  finds('another cart sold under a key', 'for another cart under its key', (world) => {
    another(world).answer = { status: 200, replayed: false, atMs: 1, ...yes('a') };
  });
  finds(
    'another cart that started a saga under a key',
    'had another cart under its key, and started saga',
    (world) => {
      const second = another(world);
      second.silence = 'ECONNRESET';
      world.saga(second, 'COMPENSATED').cartTotal = '1.00';
    },
  );
});

describe('totalOf', () => {
  it('counts in whole cents', () => {
    const line = (quantity: number, price: string) => ({ productId: 'p', quantity, price });
    expect(totalOf([line(3, '0.1'), line(1, '0.20'), line(2, '9999999.99')])).toBe('20000000.48');
    expect(totalOf([line(1, '5')])).toBe('5.00');
  });
});
