import { newUuid, SAGA_SIGNAL, type SagaSignalPacket } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attached, bodyOf, openTestBroker, type TestBroker } from '../testing/test-broker.js';
import { SignalReader } from './signal-reader.js';

const QUEUE = 'orchestrator_signals';

describe('the reader of a queue of signals', () => {
  let test: TestBroker;
  const taken: SagaSignalPacket['data'][] = [];
  const refused = new Set<string>();

  beforeAll(async () => {
    test = await openTestBroker('signals');
    const reader = new SignalReader({
      broker: await test.broker(),
      queue: QUEUE,
      names: ['paid', 'exhausted'],
      onSignal: async (signal) => {
        if (refused.delete(signal.sagaId)) throw new Error('the database is away');
        taken.push(signal);
      },
    });
    reader.start();
    test.closes(() => reader.close());
    await attached(reader);
  }, 60_000);

  afterAll(() => test.close());

  const signal = (name: string, sagaId = newUuid()) => ({ sagaId, id: `payment:${name}`, name });
  const send = (body: unknown) => test.vhost.publish(QUEUE, bodyOf(body));
  /** Messages are taken in their order, so those before this one were taken, too. */
  const allTaken = async () => {
    const last = signal('paid');
    await send({ pattern: SAGA_SIGNAL, data: last });
    await waitFor('the last signal', () => taken.some(({ sagaId }) => sagaId === last.sagaId));
    taken.splice(
      taken.findIndex(({ sagaId }) => sagaId === last.sagaId),
      1,
    );
    return taken.splice(0);
  };

  it('gives a signal to its saga', async () => {
    const sent = signal('exhausted');
    await send({ pattern: SAGA_SIGNAL, data: sent });
    expect(await allTaken()).toEqual([sent]);
  });

  it('drops what its sender may not tell, and what cannot be read', async () => {
    const good = signal('paid');
    for (const body of [
      { pattern: SAGA_SIGNAL, data: signal('confirm') },
      { pattern: SAGA_SIGNAL, data: signal('seller-cancel') },
      { pattern: 'order.cancel', data: good },
      { pattern: SAGA_SIGNAL, data: { ...good, sagaId: 'no-uuid' } },
      { pattern: SAGA_SIGNAL, data: { ...good, id: 7 } },
      { pattern: SAGA_SIGNAL, data: null },
      { pattern: SAGA_SIGNAL, data: { ...good, more: 'x'.repeat(5_000) } },
      'no json',
      null,
    ]) {
      await send(body);
    }
    expect(await allTaken()).toEqual([]);
    expect(await test.vhost.queue(QUEUE)).toMatchObject({ messages: 0 });
  });

  it('goes on after a signal that could not be given', async () => {
    const failing = signal('paid');
    refused.add(failing.sagaId);
    await send({ pattern: SAGA_SIGNAL, data: failing });
    expect(await allTaken()).toEqual([]);
    await send({ pattern: SAGA_SIGNAL, data: failing });
    expect(await allTaken()).toEqual([failing]);
  });
});
