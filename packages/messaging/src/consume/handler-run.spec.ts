import { describe, expect, it } from '@jest/globals';
import { Deadlines } from './deadlines.js';
import { runWithDeadline } from './handler-run.js';

describe('a handler under a deadline', () => {
  it('is answered with its outcome when it ends in time', async () => {
    const run = runWithDeadline(async () => 'yes', new Deadlines(1_000));
    expect(await run.answer).toEqual({ kind: 'done', response: 'yes' });
  });

  it('is answered with a fault at its deadline, and its later outcome is still reported', async () => {
    let finish!: (value: string) => void;
    const handler = () => new Promise((resolve) => (finish = resolve));
    const run = runWithDeadline(handler, new Deadlines(10));
    const answer = await run.answer;
    expect(answer).toMatchObject({ fault: { code: 'HANDLER_DEADLINE', retryable: true } });
    finish('late');
    expect(await run.ended).toEqual({ kind: 'done', response: 'late' });
  });
});
