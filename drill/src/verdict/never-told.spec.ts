import { describe, expect, it } from '@jest/globals';
import { World, yes } from '../testing/world.js';
import { neverTold } from './never-told.js';

const IN_PROGRESS = { status: 409, code: 'CHECKOUT_IN_PROGRESS' };

describe('neverTold', () => {
  it('finds a key for which no client got a final answer', () => {
    const world = new World();
    world.buyer('plain', 'silence', IN_PROGRESS);
    world.buyer('lines', { status: 503, code: 'NOT_ACCEPTED' }, 'silence');
    expect(neverTold(world.ledger.asked).map(({ what }) => what)).toEqual([
      'it got no final answer; the last one: 409 CHECKOUT_IN_PROGRESS',
      'it got no final answer; the last one: ECONNRESET',
    ]);
  });

  it('takes no answer about another cart for an end', () => {
    const world = new World();
    const [first] = world.buyer('reused-key', IN_PROGRESS);
    const refused = { status: 422, code: 'IDEMPOTENCY_KEY_REUSED', replayed: false, atMs: 1 };
    world.ledger.enter(first!.intent, true).answer = refused;
    expect(neverTold(world.ledger.asked)).toHaveLength(1);
  });

  it('finds nothing when there was a final answer at any time, or when there is no key', () => {
    const world = new World();
    world.buyer('plain', 'silence', IN_PROGRESS, yes('a'));
    world.buyer('plain', { status: 402, code: 'PAYMENT_DECLINED' }, 'silence');
    world.buyer('keyless', 'silence');
    expect(neverTold(world.ledger.asked)).toEqual([]);
  });
});
