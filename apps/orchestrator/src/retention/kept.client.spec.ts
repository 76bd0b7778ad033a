import type { DeadLetter } from '@backstitch/messaging';
import { describe, expect, it } from '@jest/globals';
import { KeptByLetters, NamedIds } from './kept.client.js';

const SAGA = '01a1fecf-a911-7675-a8d2-14d67794659b';
const ORDER = '01a1fecf-a911-7ad2-9bac-0b8258b10692';

const letter = (body: unknown, headers: object = {}): DeadLetter => ({
  queue: 'payment_commands',
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  properties: { headers } as DeadLetter['properties'],
});
const saga = (sagaId: string) => ({ sagaId, step: 'X', direction: 'undo', attempt: 1 });

function namedBy(letters: readonly DeadLetter[]) {
  const named = new NamedIds();
  for (const each of letters) named.add(each);
  return { sagaIds: [...named.sagaIds], orderIds: [...named.orderIds] };
}

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

describe('reading the dead letters', () => {
  type See = (letter: DeadLetter) => void;
  const holding = async <Result>(_queue: string, work: () => Promise<Result>) => work();
  const named = letter({ pattern: 'payment.refund', data: { orderId: ORDER } });
  const scan = async (queue: string, _max: number, see: See) => {
    if (queue === 'payment_commands') see(named);
    return { more: 0 };
  };

  it('answers what the letters of every queue name', async () => {
    const kept = await new KeptByLetters({ deadLetters: { scan }, locks: { holding } }).read();
    expect(kept).toEqual({ sagaIds: new Set(), orderIds: new Set([ORDER]), unread: {} });
  });

  it('tells the queues that have more letters than it reads, and what those it read name', async () => {
    const tooMany = async (queue: string, max: number, see: See) => {
      await scan(queue, max, see);
      return { more: queue === 'order_commands' ? 7 : 0 };
    };
    const kept = new KeptByLetters({ deadLetters: { scan: tooMany }, locks: { holding } });
    expect(await kept.read()).toMatchObject({
      orderIds: new Set([ORDER]),
      unread: { order_commands: 7 },
    });
  });

  it('fails while another process looks at a queue', async () => {
    const busy = async () => undefined;
    const none = new KeptByLetters({ deadLetters: { scan }, locks: { holding: busy } });
    await expect(none.read()).rejects.toThrow('somebody else looks');
  });
});
