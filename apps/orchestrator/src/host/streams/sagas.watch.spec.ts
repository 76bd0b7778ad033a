import type { SagaInstance } from '@backstitch/saga-engine';
import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { SagaWatch } from './sagas.watch.js';

const logger = { debug: () => undefined } as never;

/** A store of sagas that counts what it is asked. */
function countingStore() {
  const asked = { loads: 0, rows: 0, ids: [] as string[] };
  const state = { version: 1, isAway: false };
  const store = {
    load(sagaId: string) {
      asked.loads += 1;
      asked.ids.push(sagaId);
      if (state.isAway) return Promise.reject(new Error('the database is away'));
      return Promise.resolve({ sagaId, version: state.version } as SagaInstance);
    },
    history() {
      asked.rows += 1;
      return Promise.resolve([]);
    },
    notes: () => Promise.resolve([]),
  };
  return { asked, state, watch: new SagaWatch({ store, logger, everyMs: 1 }) };
}

const passes = (asked: { loads: number }, more: number) => {
  const from = asked.loads;
  return waitFor('more passes', () => Promise.resolve(asked.loads >= from + more));
};

describe('watched sagas', () => {
  // R159
  it('are not read any more when nobody watches them', async () => {
    const { asked, watch } = countingStore();
    const seen: number[] = [];
    const unwatch = watch.watch('saga', ({ saga }) => seen.push(saga.version));
    await waitFor('the first read', () => Promise.resolve(seen.length > 0));
    unwatch();
    await watch.idle();
    asked.ids.length = 0;
    const unwatchOther = watch.watch('another', () => undefined);
    await passes(asked, 10);
    unwatchOther();
    expect(new Set(asked.ids)).toEqual(new Set(['another']));
  });

  it('are read once for all who watch them, and their rows only when the version changed', async () => {
    const { asked, state, watch } = countingStore();
    const seen: number[][] = [[], []];
    const unwatch = seen.map((own) => watch.watch('saga', ({ saga }) => own.push(saga.version)));
    await passes(asked, 10);
    expect(asked.rows).toBe(1);
    state.version = 2;
    await waitFor('both', () => Promise.resolve(seen.every((own) => own.includes(2))));
    expect(asked.rows).toBe(2);
    expect(seen).toEqual([
      [1, 2],
      [1, 2],
    ]);
    for (const stop of unwatch) stop();
  });

  it('go on being watched when the database is back', async () => {
    const { asked, state, watch } = countingStore();
    state.isAway = true;
    const seen: number[] = [];
    const unwatch = watch.watch('saga', ({ saga }) => seen.push(saga.version));
    await passes(asked, 3);
    expect(seen).toEqual([]);
    state.isAway = false;
    await waitFor('the saga', () => Promise.resolve(seen.length > 0));
    unwatch();
  });
});
