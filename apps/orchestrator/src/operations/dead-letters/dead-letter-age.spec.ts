import { describe, expect, it } from '@jest/globals';
import { ageOf, agedVerdict } from './dead-letter-age.js';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');

describe('the age of a dead letter', () => {
  it.each([
    ['2026-11-21T11:59:59Z', 'young'],
    ['2026-09-22T12:00:00Z', 'young'],
    ['2026-09-22T11:59:59Z', 'old'],
    ['1999-01-01T00:00:00Z', 'old'],
    ['2026-11-22T11:00:00Z', 'young'],
    ['2026-11-22T13:00:00Z', 'unknown'],
    ['yesterday', 'unknown'],
    [undefined, 'unknown'],
  ])('that died at %s is %s', (diedAt, age) => {
    expect(ageOf(diedAt, NOW_MS)).toBe(age);
  });
});

describe('a dead letter that may not be sent again for its age', () => {
  const legal = { class: 'replayable', why: 'x', replay: 'legal', discard: 'legal' } as const;
  const poison = { ...legal, class: 'poison', replay: 'once repaired' } as const;
  const due = { ...legal, discard: 'refused' } as const;
  const unclear = { ...legal, class: 'unclear', replay: 'refused' } as const;
  const refused = { class: 'obsolete', replay: 'refused', discard: 'legal' };

  it('is refused, and discarded only if it might have been before', () => {
    expect(agedVerdict(due, 'old', false)).toMatchObject({
      replay: 'refused',
      discard: 'refused',
    });
    for (const verdict of [legal, poison]) {
      for (const isDoWithoutUndo of [true, false]) {
        const aged = agedVerdict(verdict, 'old', isDoWithoutUndo);
        expect(aged).toEqual({ ...refused, why: expect.stringContaining('60 days') });
      }
    }
  });

  it('is, of unknown age, only a do that no saga would undo', () => {
    expect(agedVerdict(legal, 'unknown', true)).toMatchObject(refused);
    expect(agedVerdict(legal, 'unknown', false)).toBe(legal);
  });

  it('is judged by its saga and its order in every other case', () => {
    expect(agedVerdict(legal, 'young', true)).toBe(legal);
    expect(agedVerdict(unclear, 'old', true)).toBe(unclear);
  });
});
