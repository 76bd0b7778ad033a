import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { booking } from '../fixtures/booking.js';
import { purchase } from '../fixtures/purchase.js';
import { RecordedSaga } from '../fixtures/recorded-saga.js';
import { story, type Story } from './index.js';

const happenings = [
  'done',
  'done',
  'done',
  'rejected',
  'fault',
  'silence',
  'unsent',
  'refused',
  'resumed',
  'operator',
  'signal',
] as const;
const histories = fc.array(fc.constantFrom(...happenings), { maxLength: 40 });
const SIGNALS = ['accept', 'paid', 'arrive', 'agree', 'leave'];

function happen(saga: RecordedSaga, what: (typeof happenings)[number], n: number): void {
  saga.nowMs += 3;
  if (what === 'signal') saga.signal(SIGNALS[n % SIGNALS.length]!, { paymentId: 'p' });
  else if (saga.instance.phase === 'waiting') saga.timeOut();
  else if (what === 'silence') saga.wake();
  else if (what === 'operator') saga.operator(n % 2 === 0 ? 'retry' : 'compensate');
  else if (what === 'rejected') saga.rejected(n % 2 === 0 ? 'ORDER_CANCELLED' : 'DECLINED');
  else saga[what]();
}

function recorded(isBooking: boolean, list: readonly (typeof happenings)[number][]) {
  const saga: RecordedSaga = isBooking
    ? new RecordedSaga(booking, { input: { nights: 1 } })
    : new RecordedSaga(purchase, { input: { amount: '1' } });
  list.forEach((what, n) => happen(saga, what, n));
  return saga;
}

const spansOf = ({ rows }: Story) => rows.flatMap((row) => [row.do, row.undo]).filter((s) => !!s);

describe('the story of any saga', () => {
  it('has a row for each step, and each row of the log in one span', () => {
    const holds = fc.property(fc.boolean(), histories, (isBooking, list) => {
      const told = recorded(isBooking, list).told();
      const one = story(told);
      expect(one.rows.map(({ step }) => step)).toEqual(told.plan.map(({ step }) => step));
      const times = spansOf(one).flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]);
      const seen = times.filter((time) => time !== null).sort();
      expect(seen).toEqual(told.log.map(({ createdAt }) => createdAt).sort());
      expect(one.sentence).toMatch(/^[A-Z].*\.$/);
    });
    fc.assert(holds, { numRuns: 500 });
  });

  it('has attempts that follow one another, the last one open while the saga awaits a reply', () => {
    const holds = fc.property(fc.boolean(), histories, (isBooking, list) => {
      const told = recorded(isBooking, list).told();
      for (const { attempts, outcome } of spansOf(story(told))) {
        attempts.forEach((attempt, n) => {
          const before = attempts[n - 1];
          if (before) expect(attempt.number).toBeGreaterThanOrEqual(before.number);
          if (n < attempts.length - 1) expect(attempt.outcome).not.toBe('open');
        });
        if (outcome !== 'open') expect(attempts.at(-1)!.outcome).toBe(outcome);
      }
    });
    fc.assert(holds, { numRuns: 500 });
  });

  // R153
  it('has no step in effect, in doubt or under way once the saga is undone', () => {
    const holds = fc.property(fc.boolean(), histories, (isBooking, list) => {
      const told = recorded(isBooking, list).told();
      const { rows, future } = story(told);
      const states = rows.filter(({ kind }) => kind === 'command').map(({ state }) => state);
      if (told.status === 'COMPENSATED') {
        const left = ['done', 'in-doubt', 'running', 'retrying', 'undoing'];
        expect(states.filter((state) => left.includes(state))).toEqual([]);
      }
      if (told.status === 'DONE') {
        expect(states.filter((state) => state !== 'done' && state !== 'skipped')).toEqual([]);
      }
      if (['DONE', 'COMPENSATED'].includes(told.status)) {
        expect([future.nextTryAt, future.toDo, future.toUndo]).toEqual([null, [], []]);
      }
    });
    fc.assert(holds, { numRuns: 500 });
  });

  it('can be told of what has been read so far', () => {
    const holds = fc.property(histories, fc.nat(), (list, cut) => {
      const told = recorded(false, list).told();
      const log = told.log.slice(0, cut % (told.log.length + 1));
      expect(story({ ...told, log }).rows).toHaveLength(told.plan.length);
      expect(story({ ...told, notes: [] }).rows).toHaveLength(told.plan.length);
    });
    fc.assert(holds, { numRuns: 200 });
  });
});
