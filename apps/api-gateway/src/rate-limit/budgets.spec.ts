import { describe, expect, it } from '@jest/globals';
import { Budgets } from './budgets.js';

const MINUTE_MS = 60_000;
const budgets = (limit: number, budgetsMax = 100) =>
  new Budgets({ limit, windowMs: MINUTE_MS, budgetsMax });

describe('a budget', () => {
  it('allows as many requests as its limit, and returns the time until it is full again', () => {
    const counted = budgets(2);
    expect([0, 10, 20].map((nowMs) => counted.spend('a', nowMs))).toEqual([0, 0, MINUTE_MS - 20]);
  });

  it('is full again one window after its first request', () => {
    const counted = budgets(1);
    expect(counted.spend('a', 0)).toBe(0);
    expect(counted.spend('a', MINUTE_MS - 1)).toBe(1);
    expect(counted.spend('a', MINUTE_MS)).toBe(0);
  });

  it('of one client is not used by another', () => {
    const counted = budgets(1);
    expect(counted.spend('a', 0)).toBe(0);
    expect(counted.spend('b', 0)).toBe(0);
    expect(counted.spend('a', 0)).toBeGreaterThan(0);
  });
});

describe('a budget of which other gateways have used a part', () => {
  it('allows what they all together have not used', () => {
    const counted = budgets(5);
    counted.learn(new Map([['a', 3]]));
    expect([0, 0, 0].map((nowMs) => counted.spend('a', nowMs))).toEqual([0, 0, MINUTE_MS]);
    counted.learn(new Map([['a', 2]]));
    expect([0, 0].map((nowMs) => counted.spend('a', nowMs))).toEqual([0, MINUTE_MS]);
    expect(counted.spend('b', 0)).toBe(0);
  });

  it('is used up when they have used it up', () => {
    const counted = budgets(5);
    counted.learn(new Map([['a', 5]]));
    expect(counted.spend('a', 0)).toBe(MINUTE_MS);
    counted.learn(new Map());
    expect(counted.spend('a', 0)).toBe(0);
  });

  it('is divided by their number while nothing is known of them', () => {
    const counted = budgets(5);
    counted.learn(new Map([['a', 4]]));
    counted.divide(2);
    expect([0, 0, 0].map((nowMs) => counted.spend('a', nowMs))).toEqual([0, 0, MINUTE_MS]);
    counted.learn(new Map());
    expect([0, 0, 0, 0].map((nowMs) => counted.spend('a', nowMs))).toEqual([0, 0, 0, MINUTE_MS]);
  });

  it('allows one request at least, however many they are', () => {
    const counted = budgets(2);
    counted.divide(10);
    expect([counted.spend('a', 0), counted.spend('a', 0)]).toEqual([0, MINUTE_MS]);
  });
});

describe('a request that is taken back', () => {
  it('may be made again', () => {
    const counted = budgets(1);
    expect(counted.spend('a', 0)).toBe(0);
    counted.refund('a');
    expect([counted.spend('a', 0), counted.spend('a', 0)]).toEqual([0, MINUTE_MS]);
  });

  it('cannot make a budget larger', () => {
    const counted = budgets(1);
    counted.refund('a');
    expect(counted.spend('a', 0)).toBe(0);
    for (let n = 0; n < 3; n += 1) counted.refund('a');
    expect([counted.spend('a', 0), counted.spend('a', 0)]).toEqual([0, MINUTE_MS]);
  });
});

describe('the memory of all budgets', () => {
  it('is bounded for any number of clients', () => {
    const counted = budgets(1, 100);
    for (let n = 0; n < 100_000; n += 1) counted.spend(`client ${n}`, 0);
    expect(counted.size).toBe(100);
    expect(counted.spend('client 99999', 0)).toBeGreaterThan(0);
  });

  it('is freed when windows end', () => {
    const counted = budgets(1);
    for (let n = 0; n < 50; n += 1) counted.spend(`client ${n}`, n);
    counted.spend('one more', MINUTE_MS + 25);
    expect(counted.size).toBe(25);
  });
});
