import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { booking } from '../fixtures/booking.js';
import { purchase, type PurchaseInput } from '../fixtures/purchase.js';
import { RecordedSaga } from '../fixtures/recorded-saga.js';
import { expectGolden } from '../testing/index.js';
import { story, storyLines } from './index.js';

const settings = { backoffMinMs: 1_000, backoffMaxMs: 8_000, attentionAfterAttempts: 3 };
const responses = { STOCK_RESERVED: { holdId: 'h' } };
const begun = () =>
  new RecordedSaga<PurchaseInput>(purchase, { input: { amount: '9.99' }, responses, settings });

function done(saga: RecordedSaga<PurchaseInput>, steps: number): void {
  for (let n = 0; n < steps; n++) {
    saga.nowMs += 5;
    saga.done();
  }
}

/** The histories that every reader should recognise. */
const HISTORIES: Record<string, () => RecordedSaga<never>> = {
  happy: () => {
    const saga = begun();
    done(saga, 6);
    return saga as RecordedSaga<never>;
  },
  declined: () => {
    const saga = begun();
    done(saga, 2);
    saga.rejected('DECLINED', 'the card was declined');
    done(saga, 2);
    return saga as RecordedSaga<never>;
  },
  'lost answer': () => {
    const saga = begun();
    done(saga, 2);
    saga.wake();
    saga.wake();
    return saga as RecordedSaga<never>;
  },
  'lost answer, being undone': () => {
    const saga = begun();
    done(saga, 2);
    while (saga.instance.phase === 'forward') saga.wake();
    saga.fault('BANK_AWAY');
    return saga as RecordedSaga<never>;
  },
  takeover: () => {
    const saga = begun();
    done(saga, 1);
    saga.nowMs += 6_000;
    const data = { owner: 'b', formerOwner: 'a', epoch: 2 };
    saga.note({ kind: 'TAKEN_OVER', step: 'STOCK_RESERVED', data });
    saga.resumed();
    return saga as RecordedSaga<never>;
  },
  parked: () => {
    const saga = begun();
    done(saga, 2);
    saga.rejected('DECLINED', 'the card was declined');
    for (let n = 0; n < 4; n++) {
      if (n > 0) saga.wake();
      saga.fault('STOCK_AWAY');
    }
    return saga as RecordedSaga<never>;
  },
  'parked, resumed by an operator': () => {
    const saga = HISTORIES.parked!();
    const by = { operator: 'ada', reason: 'stock is back' };
    saga.apply({ kind: 'operator', action: 'resume', by, nowMs: saga.nowMs, random: 0.5 });
    return saga;
  },
  waiting: () => {
    const saga = new RecordedSaga(booking, { input: { nights: 2 }, settings });
    saga.done();
    saga.nowMs += 2_000;
    saga.signal('accept');
    saga.done();
    return saga as unknown as RecordedSaga<never>;
  },
};

describe('the story of a saga', () => {
  it.each(Object.keys(HISTORIES))('is short enough to read: %s', (name) => {
    const lines = storyLines(story(HISTORIES[name]!().told()));
    const file = `${name.replaceAll(/\W+/g, '-')}.txt`;
    expectGolden(join(import.meta.dirname, 'golden', file), `${lines.join('\n')}\n`);
    expect(lines.length).toBeLessThan(40);
  });

  it('has each undo on the row of its step, the last one first', () => {
    const { rows } = story(HISTORIES.declined!().told());
    expect(rows.map(({ undo }) => undo?.name)).toEqual([
      'CANCEL_ORDER',
      'RELEASE_STOCK',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(rows[1]!.undo!.startedAt < rows[0]!.undo!.startedAt).toBe(true);
    expect(rows.map(({ state }) => state).slice(0, 3)).toEqual(['undone', 'undone', 'refused']);
  });

  // R152
  it('has a step in doubt while its outcome is unknown and not undone', () => {
    const saga = begun();
    done(saga, 2);
    saga.wake();
    const states = () => story(saga.told()).rows[2]!.state;
    expect(states()).toBe('in-doubt');
    while (saga.instance.phase === 'forward') saga.wake();
    expect(states()).toBe('in-doubt');
    saga.done();
    expect(states()).toBe('undone');
  });

  it('has every attempt with its own time and error', () => {
    const saga = begun();
    for (const code of ['FIRST', 'SECOND']) {
      saga.fault(code);
      saga.wake();
    }
    done(saga, 1);
    const attempts = story(saga.told()).rows[0]!.do!.attempts;
    expect(attempts).toMatchObject([
      { number: 1, outcome: 'failed', code: 'FIRST' },
      { number: 2, outcome: 'failed', code: 'SECOND' },
      { number: 3, outcome: 'done', code: null },
    ]);
    expect(new Set(attempts.map(({ startedAt }) => startedAt)).size).toBe(3);
  });

  it('tells what comes next, and until when', () => {
    const saga = begun();
    saga.fault('AWAY');
    const { future, sentence } = story(saga.told());
    expect(future).toMatchObject({ nextTryAt: saga.told().nextTryAt, replyDeadlineAt: null });
    expect(future.toDo).toHaveLength(5);
    expect(sentence).toMatch(/^ORDER_CREATED failed once \(AWAY\)\. It is sent again at /);
  });
});
