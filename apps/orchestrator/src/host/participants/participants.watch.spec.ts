import { command, defineSaga, type OutgoingCommand, step } from '@backstitch/saga-engine';
import { createLoggerTo } from '@backstitch/service-kit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { registryOf } from '../../testing/registry-of.js';
import { ParticipantWatch } from './participants.watch.js';

const SETTINGS = { sagasMin: 2, faultsMs: 1_000, silentMs: 1_000, absentMs: 1_000 };

/** Sagas with one step of the same name, each to a queue of its own and to a shared one. */
const sagaTo = (name: string, queue: string) =>
  defineSaga({
    name,
    version: 1,
    deadlineMs: 60_000,
    steps: [
      step('PAID', { do: command(queue, 'pay', () => ({})), noUndo: 'a test' }),
      step('MAILED', { do: command('mails', 'mail', () => ({})), noUndo: 'a test' }),
    ],
  });
const registry = registryOf([sagaTo('sale', 'tills')], [sagaTo('gift', 'vouchers')]);

let watch: ParticipantWatch;
beforeEach(() => {
  jest.useFakeTimers();
  watch = new ParticipantWatch({
    sagas: registry,
    query: async () => Promise.reject(new Error('away')),
    readersOf: async (queues) => queues.map(() => 1),
    whyUnknown: () => undefined,
    settings: SETTINGS,
    logger: createLoggerTo({ write: () => undefined }, 'test', 'info'),
  });
  watch.start();
});
afterEach(() => {
  watch.stop();
  jest.useRealTimers();
});

const about = (saga: string, sagaId: string, stepName = 'PAID') => ({
  sagaId,
  definition: saga,
  definitionVersion: 1,
  step: stepName,
  direction: 'do' as const,
  attempt: 1,
});
const fault = { kind: 'fault', code: 'UNAVAILABLE', message: '' } as const;
const done = { kind: 'done', response: {} } as const;
const failing = (saga: string, stepName?: string) => {
  for (const id of ['a', 'b']) {
    watch.replied({ ...about(saga, `${saga} ${id}`, stepName), outcome: fault });
  }
};
const away = async (saga: string) => (await watch.whoIsAway(saga))?.queue;

describe('participants of sagas with steps of the same name', () => {
  it('are away for the sagas that need them, and for no other', async () => {
    failing('gift');
    await jest.advanceTimersByTimeAsync(1_500);
    expect([await away('sale'), await away('gift')]).toEqual([undefined, 'vouchers']);
  });

  it('are away for all sagas that share them', async () => {
    failing('sale', 'MAILED');
    await jest.advanceTimersByTimeAsync(1_500);
    expect([await away('sale'), await away('gift')]).toEqual(['mails', 'mails']);
  });

  it('are back with the first answer of their own, however late, and not with that of another', async () => {
    failing('gift');
    await jest.advanceTimersByTimeAsync(1_500);
    watch.replied({ ...about('sale', 'sale c'), outcome: done });
    expect(await away('gift')).toBe('vouchers');
    watch.replied({ ...about('gift', 'gift c'), outcome: done });
    expect(await away('gift')).toBeUndefined();
  });

  it('are away when they are silent to commands of their own saga', async () => {
    for (const id of ['a', 'b']) {
      const sent = { ...about('gift', id), queue: 'vouchers', replyTimeoutMs: 500 };
      watch.sending(sent as OutgoingCommand);
    }
    await jest.advanceTimersByTimeAsync(2_000);
    expect([await away('sale'), await away('gift')]).toEqual([undefined, 'vouchers']);
  });
});
