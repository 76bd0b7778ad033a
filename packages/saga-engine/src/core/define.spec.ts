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
        'A: it needs one of undo, undoneBy and noUndo, not 0',
        'A: it needs one of undo, undoneBy and noUndo, not 0',
        'lower: it needs one of undo, undoneBy and noUndo, not 0',
        'COMPLETED: it needs one of undo, undoneBy and noUndo, not 0',
        'A: its reply timeout (3000 ms) must be shorter than its deadline (3000 ms)',
        'lower: attemptsMax must be 1 or more',
        "COMPLETED: its deadline (10000 ms) must be shorter than the saga's (10000 ms)",
      ]);
    }
  });
});

describe('a pause of a step', () => {
  it.each([[[0]], [[1.5]], [[-1]], [[1_000, Number.NaN]]])('is not one of %j', (pauses) => {
    const wrong = step('S', { do: send, noUndo: 'it only reads', pausesMs: { BUSY: pauses } });
    expect(() =>
      defineSaga({ name: 'paused', version: 1, deadlineMs: 60_000, steps: [wrong] }),
    ).toThrow(/S: pauses must be whole milliseconds/);
  });
});

describe('a step before the pivot', () => {
  const problemsOf = (...steps: Parameters<typeof defineSaga>[0]['steps'][number][]) => {
    try {
      defineSaga({ name: 'undone', version: 1, deadlineMs: 60_000, steps });
      return [];
    } catch (error) {
      return (error as SagaDefinitionError).problems;
    }
  };
  const first = step('FIRST', { do: send, undo: back('UNDO_FIRST') });
  const pivot = step('PIVOT', { do: send, pivot: true });

  it.each([
    ['its own undo', step('S', { do: send, undo: back('UNDO_S') })],
    ['the undo of an earlier step', step('S', { do: send, undoneBy: 'FIRST' })],
    ['a reason why nothing has to be', step('S', { do: send, noUndo: 'it only reads' })],
  ])('may be taken back by %s', (_name, taken) => {
    expect(problemsOf(first, taken, pivot)).toEqual([]);
  });

  it.each([
    ['nothing', {}, 'S: it needs one of undo, undoneBy and noUndo, not 0'],
    [
      'two things',
      { undoneBy: 'FIRST', noUndo: 'it only reads' },
      'S: it needs one of undo, undoneBy and noUndo, not 2',
    ],
    ['no reason', { noUndo: ' ' }, 'S: noUndo must say why nothing has to be taken back'],
    ['a step that is none', { undoneBy: 'X' }, 'S: there is no step "X"'],
    ['a step without an undo', { undoneBy: 'PIVOT' }, 'S: the step "PIVOT" has no undo'],
    ['itself', { undoneBy: 'S' }, 'S: the step "S" has no undo'],
    ['a later step', { undoneBy: 'LATER' }, 'S: the step "LATER", whose undo takes it back'],
  ])('is refused when it is taken back by %s', (_name, ways, problem) => {
    const later = step('LATER', { do: send, undo: back('UNDO_LATER') });
    const problems = problemsOf(first, step('S', { do: send, ...ways }), later, pivot);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it('is every step where there is no pivot, and none from the pivot on', () => {
    expect(problemsOf(step('S', { do: send }))).toHaveLength(1);
    const behind = step('S', { do: send, noUndo: 'it only reads' });
    expect(problemsOf(pivot, behind)).toEqual([
      'S: undoneBy and noUndo mean nothing at or behind the pivot',
    ]);
  });
});
