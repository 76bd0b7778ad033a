import { describe, expect, it } from '@jest/globals';
import { purchase } from '../fixtures/purchase.js';
import type { SagaEvent } from './event.js';
import type { OpenSaga, SagaInstance } from './instance.js';
import { notesOf, type SagaNote } from './note.js';
import { ENGINE_DEFAULTS } from './settings.js';
import { prepare, transition } from './transition.js';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');
const settings = { ...ENGINE_DEFAULTS, backoffMinMs: 1_000, backoffMaxMs: 1_000 };
const ids = { sagaId: 'saga', subjectId: 'subject', owner: 'engine' };
const begun = () => prepare(purchase, { ...ids, input: {}, nowMs: NOW_MS }).instance;

/** Applies events one after the other, and answers the last state and all notes. */
function after(from: SagaInstance, events: readonly object[]) {
  let saga = from;
  const notes: SagaNote[] = [];
  for (const given of events) {
    const open = saga as OpenSaga;
    const nowMs = 'late' in given ? open.wakeAtMs : NOW_MS;
    const event = { nowMs, random: 1, attempt: open.attempt, ...given } as SagaEvent;
    const next = transition(purchase, saga, event, settings);
    expect(next.ignored).toBeUndefined();
    notes.push(...(notesOf(saga, event, next.instance) ?? []));
    saga = next.instance;
  }
  return { saga, notes };
}

const first = purchase.steps[0]!;
const about = { kind: 'replied', step: first.name, direction: 'do' };
const done = { ...about, outcome: { kind: 'done', response: {} } };
const fault = { ...about, outcome: { kind: 'fault', code: 'AWAY', message: 'no answer' } };
const wake = { kind: 'wake', late: true };

describe('the notes of a saga', () => {
  // R150
  it('are none while every step is done at its first attempt', () => {
    const before = begun();
    const { saga } = after(before, [done]);
    const event = { ...done, nowMs: NOW_MS, random: 0, attempt: 1 } as SagaEvent;
    expect(notesOf(before, event, saga)).toBeUndefined();
  });

  it('tell of a failed attempt its number, its error and when the next one is made', () => {
    const { notes } = after(begun(), [fault]);
    const nextTryAt = '2026-11-30T12:00:01.000Z';
    const data = { attempt: 1, code: 'AWAY', message: 'no answer', nextTryAt };
    expect(notes).toEqual([{ kind: 'RETRIED', step: first.name, data }]);
  });

  it('tell of each attempt that failed, and nothing of the next one when it is sent', () => {
    const { notes } = after(begun(), [fault, wake, fault]);
    expect(notes.map(({ data }) => data.attempt)).toEqual([1, 2]);
  });

  // R151
  it('tell of the first ten failures, and then of each power of two', () => {
    const away = { kind: 'unsent', step: first.name, direction: 'do', code: 'X', message: 'x' };
    const events = Array.from({ length: 40 }, () => [away, { kind: 'wake', late: true }]).flat();
    const patient = { ...begun(), sagaDeadlineAtMs: Infinity };
    const { notes } = after(patient, events);
    const told = notes.filter(({ kind }) => kind === 'RETRIED').map(({ data }) => data.times);
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32]);
  });

  it('tell once that a saga is parked', () => {
    const refused = { kind: 'refused', code: '23514', message: 'a constraint' };
    const { notes } = after(begun(), [refused, wake, refused]);
    expect(notes.map(({ kind }) => kind)).toEqual(['RETRIED', 'PARKED', 'RETRIED']);
  });

  it('tell that the same attempt was sent once more', () => {
    const { notes } = after(begun(), [{ kind: 'resumed' }]);
    expect(notes).toEqual([{ kind: 'RESENT', step: first.name, data: { attempt: 1 } }]);
  });

  it('tell which operator acted, and why', () => {
    const by = { operator: 'ada', reason: 'the bank is back' };
    const { notes } = after(begun(), [{ kind: 'operator', action: 'retry', by }]);
    const data = { action: 'retry', ...by };
    expect(notes).toEqual([{ kind: 'OPERATED', step: first.name, data }]);
  });
});
