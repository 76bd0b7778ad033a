import { COUNTERS_MAX } from '@backstitch/auth';
import { describe, expect, it } from '@jest/globals';
import { Budgets } from './budgets.js';
import { SharedBudgets, sharedKey } from './shared-budgets.js';

const MINUTE_MS = 60_000;
const budgets = (limit: number, kind = 'address') =>
  new Budgets({
    limit,
    windowMs: MINUTE_MS,
    budgetsMax: 1_000,
    sharedKeyOf: (client) => sharedKey(kind, client),
  });

function spend(from: Budgets, client: string, times: number): number {
  return Array.from({ length: times }, () => from.spend(client, 0)).filter(
    (emptyMs) => emptyMs === 0,
  ).length;
}

describe('the counters for other gateways', () => {
  it('are those of clients that have used a share of their limit, with their ends', () => {
    const [addresses, users] = [budgets(40), budgets(8, 'user')];
    const shared = new SharedBudgets([addresses, users]);
    spend(addresses, '1.1.1.1', 9);
    spend(addresses, '2.2.2.2', 10);
    spend(users, 'u:x:ann', 2);
    expect(shared.counters(1_000)).toEqual([
      [sharedKey('address', '2.2.2.2'), 10, MINUTE_MS - 1_000],
      [sharedKey('user', 'u:x:ann'), 2, MINUTE_MS - 1_000],
    ]);
    // The share is smaller with more gateways: what all of them keep untold stays the same.
    shared.learn({ gateways: 5, others: [] });
    expect(shared.counters(0).map(([, used]) => used)).toEqual([9, 10, 2]);
    expect(shared.counters(MINUTE_MS)).toEqual([]);
  });

  it('are bounded: those with the greatest share of their limit', () => {
    const [addresses, users] = [budgets(1_000), budgets(2, 'user')];
    const shared = new SharedBudgets([addresses, users]);
    spend(addresses, 'heavy', 600);
    for (let n = 0; n < COUNTERS_MAX + 50; n += 1) spend(users, `u${n}`, 1);
    spend(users, 'u7', 1);
    const counters = shared.counters(0);
    expect(counters).toHaveLength(COUNTERS_MAX);
    expect(counters.slice(0, 2).map(([key]) => key)).toEqual([
      sharedKey('user', 'u7'),
      sharedKey('address', 'heavy'),
    ]);
  });

  it('name no client, and the same client in the same way at each gateway', () => {
    const key = sharedKey('user', 'u:https://shop.example:ann');
    expect(key).toMatch(/^[\w-]{22}$/);
    expect(sharedKey('user', 'u:https://shop.example:ann')).toBe(key);
    expect(sharedKey('guest', 'u:https://shop.example:ann')).not.toBe(key);
  });
});

describe('three gateways', () => {
  it('together serve a client up to its limit, and what it uses between two rounds', () => {
    const gateways = Array.from({ length: 3 }, () => budgets(60));
    const shared = gateways.map((each) => new SharedBudgets([each]));
    const exchange = () => {
      const told = shared.map((each) => each.counters(0));
      for (const [n, each] of shared.entries()) {
        const others = told.flatMap((counters, from) => (from === n ? [] : counters));
        const sums = new Map<string, number>();
        for (const [key, used] of others) sums.set(key, (sums.get(key) ?? 0) + used);
        each.learn({ gateways: 3, others: [...sums] });
      }
    };
    exchange();
    let served = 0;
    for (let round = 0; round < 10; round += 1) {
      for (const each of gateways) served += spend(each, '1.1.1.1', 6);
      exchange();
    }
    expect(served).toBeGreaterThanOrEqual(60);
    expect(served).toBeLessThanOrEqual(72);
    // While they cannot exchange anything, each has a third.
    for (const each of shared) each.away();
    const other = gateways.map((each) => spend(each, '2.2.2.2', 60));
    expect(other).toEqual([20, 20, 20]);
  });
});
