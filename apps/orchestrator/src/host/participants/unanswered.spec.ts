import { describe, expect, it } from '@jest/globals';
import { Unanswered } from './unanswered.js';

const command = (sagaId: string, step = 'PAY') => ({
  sagaId,
  definition: 'checkout',
  step,
  direction: 'do',
  queue: 'payments',
  replyTimeoutMs: 100,
});
const sagasIn = (silences: readonly { sagaId: string }[]) => silences.map(({ sagaId }) => sagaId);

describe('commands without an answer', () => {
  it('are overdue when their time is up, once', () => {
    const unanswered = new Unanswered();
    unanswered.sent(command('a'), 0);
    unanswered.sent(command('b'), 50);
    expect(unanswered.takeOverdue(99)).toEqual([]);
    expect(unanswered.takeOverdue(100)).toMatchObject([
      { sagaId: 'a', queue: 'payments', sentAtMs: 0 },
    ]);
    expect(sagasIn(unanswered.takeOverdue(200))).toEqual(['b']);
    expect(unanswered.takeOverdue(900)).toEqual([]);
  });

  it('are not overdue when they were answered, whichever attempt was', () => {
    const unanswered = new Unanswered();
    unanswered.sent(command('a'), 0);
    unanswered.sent(command('a', 'SHIP'), 0);
    unanswered.answered(command('a'));
    expect(unanswered.takeOverdue(900)).toMatchObject([{ sagaId: 'a' }]);
    expect(unanswered.takeOverdue(900)).toEqual([]);
  });

  it('that are sent again are told of when they were overdue, and start anew', () => {
    const unanswered = new Unanswered();
    expect(unanswered.sent(command('a'), 0)).toBeUndefined();
    expect(unanswered.sent(command('a'), 50)).toBeUndefined();
    expect(unanswered.sent(command('a'), 150)).toMatchObject({ sagaId: 'a', sentAtMs: 50 });
    expect(unanswered.takeOverdue(249)).toEqual([]);
  });

  it('say when they were sent, once they are answered', () => {
    const unanswered = new Unanswered();
    unanswered.sent(command('a'), 7);
    expect(unanswered.answered(command('a'))).toBe(7);
    expect(unanswered.answered(command('a'))).toBeUndefined();
  });

  it('say of each queue how old the oldest of them is, sent again or not', () => {
    const unanswered = new Unanswered();
    unanswered.sent(command('a'), 10);
    unanswered.sent(command('b'), 20);
    unanswered.sent({ ...command('a', 'SHIP'), queue: 'parcels' }, 30);
    unanswered.sent(command('a'), 40);
    expect([...unanswered.oldestByQueue()]).toEqual([
      ['payments', 20],
      ['parcels', 30],
    ]);
  });

  it('are forgotten all at once', () => {
    const unanswered = new Unanswered();
    unanswered.sent(command('a'), 0);
    unanswered.forgetAll();
    expect(unanswered.takeOverdue(900)).toEqual([]);
  });
});
