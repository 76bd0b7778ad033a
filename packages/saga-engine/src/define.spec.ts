import { describe, expect, it } from '@jest/globals';
import { command, defineSaga, SagaDefinitionError, step, undo } from './define.js';

const send = command('queue', 'pattern', () => ({}));
const back = (name: string) => undo(name, 'queue', 'pattern', () => ({}));

describe('a saga definition', () => {
  it('fills in what a step does not say', () => {
    const saga = defineSaga(
      {
        name: 'a',
        version: 1,
        deadlineMs: 9_000,
        steps: [step('A', { do: send, undo: back('B') })],
      },
      { deadlineMs: 8_000, attemptsMax: 2 },
    );
    expect(saga.steps[0]).toMatchObject({ deadlineMs: 8_000, attemptsMax: 2, pastPivot: false });
    expect(saga.commands.get('B')).toMatchObject({ direction: 'undo', replyTimeoutMs: 2_000 });
  });

  it('tells every problem at once when the program starts', () => {
    const wrong = () =>
      defineSaga({
        name: 'wrong',
        version: 0,
        deadlineMs: 10_000,
        steps: [
          step('A', { do: send, replyTimeoutMs: 3_000, deadlineMs: 3_000 }),
          step('A', { do: send, deadlineMs: 9_000 }),
          step('lower', { do: send, deadlineMs: 9_000, attemptsMax: 0 }),
          step('COMPLETED', { do: send, deadlineMs: 10_000 }),
          step('P', { do: send, deadlineMs: 9_000, pivot: true, undo: back('UNDO_P') }),
          step('Q', { do: send, deadlineMs: 9_000, pivot: true, rejections: ['NO'] }),
        ],
      });
    expect(wrong).toThrow(SagaDefinitionError);
    try {
      wrong();
    } catch (error) {
      expect((error as SagaDefinitionError).problems).toEqual([
        'its version must be a whole number from 1 up',
        'the name "A" is used twice',
        '"lower" must be upper case letters, digits and _',
        '"COMPLETED" is how a finished saga is called',
        'P: an undo at or behind the pivot would never run',
        'Q: there is one pivot at most',
        'Q: a step behind the pivot cannot be rejected',
        'A: its reply timeout (3000 ms) must be shorter than its deadline (3000 ms)',
        'lower: attemptsMax must be 1 or more',
        "COMPLETED: its deadline (10000 ms) must be shorter than the saga's (10000 ms)",
      ]);
    }
  });
});
