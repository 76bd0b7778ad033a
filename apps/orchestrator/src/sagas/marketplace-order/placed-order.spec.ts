import { isUuid, newUuid } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { fulfilmentOf, placementIdOf, takeActor } from './placed-order.js';

describe('the id of the saga of an order', () => {
  it('is a UUID of version 8, the same for the same order', () => {
    for (let n = 0; n < 100; n += 1) {
      const orderId = newUuid();
      const id = placementIdOf(orderId);
      expect(isUuid(id) && /^.{14}8.{4}[89ab]/.test(id)).toBe(true);
      expect(placementIdOf(orderId.toUpperCase())).toBe(id);
      expect(placementIdOf(newUuid())).not.toBe(id);
    }
  });
});

describe('what a saga keeps of the signal of a person', () => {
  it('is the actor and the tracking, and nothing else', () => {
    expect(takeActor({ actor: 'u:a', tracking: 'T', reason: 'x', price: 1 })).toEqual({
      actor: 'u:a',
      tracking: 'T',
    });
    expect(takeActor(null)).toEqual({});
  });

  it('is that of the last wait when the goods are handed over', () => {
    const kept = { SELLER_STARTS: { actor: 'a' }, SELLER_READIES: { actor: 'b', tracking: 'T' } };
    expect(fulfilmentOf(kept)).toEqual({ actor: 'b', tracking: 'T' });
  });
});
