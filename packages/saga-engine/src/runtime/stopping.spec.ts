import { waitFor } from '@backstitch/testkit';
import { describe, expect, it, jest } from '@jest/globals';
import { EngineStopped } from './engine.js';
import { engineOn } from '../fixtures/engines.js';
import { MemoryDatabase, MemorySagaStore } from '../testing/index.js';

describe('stopping', () => {
  it('tells every reply whose turn has not come that nothing was done with it', async () => {
    const { engine, begin, store } = engineOn(
      new MemorySagaStore(new MemoryDatabase()),
      () => 'silence',
    );
    const sagaId = await begin();
    let commit: (() => void) | undefined;
    const save = store.save.bind(store);
    jest.spyOn(store, 'save').mockImplementationOnce(async (write) => {
      await new Promise<void>((resolve) => (commit = resolve));
      return save(write);
    });
    const outcome = { kind: 'done', response: {} } as const;
    const reply = { sagaId, step: 'FLIGHT', direction: 'do', attempt: 1, outcome } as const;
    const told = Promise.allSettled([1, 2, 3].map(() => engine.onReply(reply)));
    await waitFor('the commit', () => commit !== undefined);
    const stopping = engine.stop();
    commit?.();
    await stopping;
    const stopped = { status: 'rejected', reason: expect.any(EngineStopped) };
    expect(await told).toEqual([{ status: 'fulfilled', value: 'applied' }, stopped, stopped]);
  });
});
