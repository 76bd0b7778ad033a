import { describe, expect, it } from '@jest/globals';
import { SAGA_ACTIONS, standingOf, whyNot } from './saga-words.js';

const saga = (status: string, needsAttention = false, attempt: number | null = 1) =>
  ({ status, needsAttention, attempt }) as Parameters<typeof standingOf>[0];

describe('how a saga stands', () => {
  it.each([
    [saga('RUNNING'), 'Running'],
    [saga('RUNNING', false, 3), 'Retrying'],
    [saga('COMPENSATING'), 'Undoing'],
    [saga('COMPENSATING', true, 9), 'Parked'],
    [saga('WAITING', false, null), 'Waiting'],
    [saga('DONE', false, null), 'Done'],
    [saga('COMPENSATED', false, null), 'Undone'],
  ])('%j is told as %s', (one, word) => {
    expect(standingOf(one).word).toBe(word);
  });
});

describe('the actions on a saga', () => {
  it.each([
    [saga('DONE'), []],
    [saga('COMPENSATED'), []],
    [saga('RUNNING'), ['retry', 'compensate']],
    [saga('RUNNING', true), ['retry', 'resume', 'compensate']],
    [saga('COMPENSATING', true), ['retry', 'resume']],
    [saga('WAITING'), ['compensate']],
  ])('that are not refused beforehand: of %j they are %j', (one, allowed) => {
    expect(SAGA_ACTIONS.filter((action) => whyNot(action, one) === undefined)).toEqual(allowed);
  });
});
