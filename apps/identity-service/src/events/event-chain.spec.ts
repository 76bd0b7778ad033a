import { describe, expect, it } from '@jest/globals';
import { chained, type ChainedEvent, chainProblem, FIRST_HASH } from './event-chain.js';

const event = {
  actor: 'u:1',
  action: 'login',
  subject: 'u:1',
  outcome: 'done',
  network: '192.0.2.1',
  requestId: 'r',
} as const;
const one = chained(event, { seq: 1, atMs: 5, previousHash: FIRST_HASH });
const two = chained(event, { seq: 2, atMs: 6, previousHash: one.hash });

describe('a chain of events', () => {
  it('is right as it was written', () => {
    expect([chainProblem(one, undefined), chainProblem(two, one)]).toEqual([undefined, undefined]);
  });

  it.each<Partial<ChainedEvent>>([
    { actor: 'u:2' },
    { action: 'logout' },
    { subject: 'u:2' },
    { outcome: 'refused' },
    { network: null },
    { requestId: 's' },
    { atMs: 7 },
    { hash: one.hash },
  ])('names an event that was altered in %j', (change) => {
    expect(chainProblem({ ...two, ...change }, one)).toBe('event 2 was altered');
  });

  it('names an event that is missing, and one that follows another', () => {
    expect(chainProblem(two, undefined)).toBe('event 1 is missing');
    const other = chained(
      { ...event, actor: 'u:3' },
      { seq: 1, atMs: 5, previousHash: FIRST_HASH },
    );
    expect(chainProblem(two, other)).toBe('event 2 does not follow event 1');
  });
});
