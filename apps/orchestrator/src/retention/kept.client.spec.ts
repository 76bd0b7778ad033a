import type { DeadLetter } from '@backstitch/messaging';
import { describe, expect, it } from '@jest/globals';
import { KeptByLetters, namedBy } from './kept.client.js';

const SAGA = '01a1fecf-a911-7675-a8d2-14d67794659b';
const ORDER = '01a1fecf-a911-7ad2-9bac-0b8258b10692';

const letter = (body: unknown, headers: object = {}): DeadLetter => ({
  queue: 'payment_commands',
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  properties: { headers } as DeadLetter['properties'],
});
const saga = (sagaId: string) => ({ sagaId, step: 'X', direction: 'undo', attempt: 1 });

describe('what dead letters name', () => {
  it('is read from bodies and headers, each once, whatever the letters of their case', () => {
    const named = namedBy([
      letter({ pattern: 'payment.refund', data: { orderId: ORDER }, saga: saga(SAGA) }),
      letter('no JSON', { 'dead-saga-id': SAGA.toUpperCase() }),
      letter({ pattern: 'payment.refund', data: { orderId: ORDER.toUpperCase() } }),
    ]);
    expect(named).toEqual({ sagaIds: [SAGA], orderIds: [ORDER] });
  });

  it('is nothing where they name no id', () => {
    const named = namedBy([
      letter('no JSON', { 'dead-saga-id': 'x' }),
      letter({ pattern: 'x', data: null }),
      letter({ pattern: 'x', data: { orderId: 7 } }),
    ]);
    expect(named).toEqual({ sagaIds: [], orderIds: [] });
  });
});

describe('reading them', () => {
  const look = async () => ({ letters: [letter({ pattern: 'x' })], more: 0 });
  const holding = async <Result>(_queue: string, work: () => Promise<Result>) => work();

  it('fails rather than leave out one that may name a saga', async () => {
    const tooMany = async () => ({ letters: [letter({ pattern: 'x' })], more: 1 });
    const busy = async () => undefined;
    const all = new KeptByLetters({ deadLetters: { look }, locks: { holding } });
    expect(await all.read()).toEqual({ sagaIds: [], orderIds: [] });
    const some = new KeptByLetters({ deadLetters: { look: tooMany }, locks: { holding } });
    await expect(some.read()).rejects.toThrow('1 dead letters behind the 1 that are seen');
    const none = new KeptByLetters({ deadLetters: { look }, locks: { holding: busy } });
    await expect(none.read()).rejects.toThrow('somebody else looks');
  });
});
