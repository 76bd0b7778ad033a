import { describe, expect, it } from '@jest/globals';
import { RefusedCalls } from './refused-calls.js';

const call = (n: number) => ({
  caller: `u:https://id.example:${n}`,
  code: 'ACCESS_DENIED' as const,
  route: 'GET /api/admin/users',
  requestId: `request-${n}`,
});

describe('refused calls', () => {
  it('are told once, equal ones of a caller once, and others again in the next round', () => {
    const calls = new RefusedCalls();
    for (const n of [1, 1, 2]) calls.add(call(n));
    expect(calls.take()).toEqual([call(1), call(2)]);
    expect(calls.take()).toEqual([]);
    calls.add(call(1));
    expect(calls.take()).toEqual([call(1)]);
  });

  it('are kept while identity-service is away, and are bounded', () => {
    const calls = new RefusedCalls();
    calls.add(call(1));
    calls.restore(calls.take());
    for (let n = 2; n < 100; n += 1) calls.add(call(n));
    const taken = calls.take();
    expect(taken).toHaveLength(20);
    expect(taken[0]).toEqual(call(1));
  });
});
