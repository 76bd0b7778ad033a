import { describe, expect, it } from '@jest/globals';
import { command, defineSaga, placeOf, SagaDefinitionError, step, undo, wait } from './define.js';
import type { SagaSpec } from './define.js';
import { booking, bookingSpec } from '../fixtures/booking.js';
import { fingerprintOf, differencesOf, recordedSteps } from './fingerprint.js';

const send = command('q', 'p', () => ({}));
const first = step('FIRST', {
  do: send,
  undo: undo('UNDO_FIRST', 'q', 'u', () => ({})),
  holdMs: 50,
});
const pivot = step('PIVOT', { do: send, pivot: true });
const plain = { signals: { go: 'next' }, withinMs: 20, onTimeout: 'next' } as const;

function problemsOf(steps: SagaSpec['steps'], rest: Partial<SagaSpec> = {}): readonly string[] {
  try {
    defineSaga({ name: 'any', version: 1, deadlineMs: 60_000, steps, ...rest });
    return [];
  } catch (error) {
    return (error as SagaDefinitionError).problems;
  }
}

describe('a wait', () => {
  it('has a place between two commands, and knows whether it is behind the pivot', () => {
    const places = [...booking.waits.values()].map(({ name, place, next, pastPivot }) => [
      name,
      place,
      next,
      pastPivot,
    ]);
    expect(places).toEqual([
      ['HOST_DECIDES', 1, 1, false],
      ['GUEST_PAYS', 3, 2, false],
      ['GUEST_ARRIVES', 5, 3, false],
      ['GUEST_AGREES', 7, 4, false],
      ['GUEST_LEAVES', 9, 5, true],
    ]);
    expect(booking.steps.map((_, index) => placeOf(booking, index))).toEqual([0, 2, 4, 6, 8, 10]);
    expect(booking.endedBy.get('guest-cancel')).toMatchObject({ from: 0, to: 5 });
    expect(booking.endedBy.get('host-cancel')).toMatchObject({ from: 2, to: 7 });
  });

  it.each<[string, SagaSpec['steps'], string]>([
    ['at the beginning', [wait('W', plain), first, pivot], 'W: a saga begins with a command'],
    ['that shares its name', [first, wait('FIRST', plain)], 'the name "FIRST" is used twice'],
    ['without a time', [first, wait('W', { ...plain, withinMs: 0 })], 'W: withinMs must be'],
    ['for ever', [first, wait('W', { ...plain, withinMs: Infinity })], 'W: withinMs must be'],
    [
      'for a signal that is not lower case',
      [first, wait('W', { ...plain, signals: { Go: 'next' } })],
      'W: the signal "Go" must be lower case',
    ],
    [
      'for a signal that is called as the timeout is',
      [first, wait('W', { ...plain, signals: { timeout: 'next' } })],
      'W: no signal may be called "timeout"',
    ],
    [
      'that undoes without a code',
      [first, wait('W', { ...plain, onTimeout: { undo: '' } })],
      'W: timeout needs a code',
    ],
    [
      'that undoes behind the pivot',
      [first, pivot, wait('W', { ...plain, onTimeout: { undo: 'LATE' } })],
      'W: timeout cannot undo anything behind the pivot',
    ],
    [
      'that leads to no step',
      [first, wait('W', { ...plain, onTimeout: { goto: 'X' } })],
      'W: timeout leads to "X", which is no step',
    ],
    [
      'that leads back',
      [first, wait('W', { ...plain, onTimeout: { goto: 'FIRST' } })],
      'W: timeout must lead to a later step',
    ],
    [
      'that leads over the pivot',
      [
        first,
        wait('W', { ...plain, onTimeout: { goto: 'LAST' } }),
        pivot,
        step('LAST', { do: send }),
      ],
      'W: timeout must not lead over the pivot',
    ],
    [
      'that skips the undo of a step behind it',
      [
        first,
        wait('W', { ...plain, onTimeout: { goto: 'B' } }),
        step('A', { do: send, undo: undo('UNDO_A', 'q', 'u', () => ({})) }),
        step('B', { do: send, undoneBy: 'A' }),
      ],
      'W: timeout must not skip a step that undoes a later one: B is undone by A',
    ],
    [
      'that needs what nothing holds',
      [first, wait('W', { ...plain, needs: ['PIVOT'] }), pivot],
      'W: it needs "PIVOT", which is no earlier step with a holdMs',
    ],
    [
      'that may outlast what it needs',
      [first, wait('V', { ...plain, withinMs: 30 }), wait('W', { ...plain, needs: ['FIRST'] })],
      'W: FIRST holds for 50 ms, and the waits behind it may take 50 ms',
    ],
    [
      'whose signal is kept by another',
      [
        first,
        wait('V', plain),
        wait('W', { ...plain, signals: { go: { to: 'next', early: 'keep' } } }),
      ],
      'the signal "go" is kept for one wait and refused for another',
    ],
  ])('is refused: one %s', (_name, steps, problem) => {
    expect(problemsOf(steps)).toEqual([expect.stringContaining(problem)]);
  });

  it('may hold for as long as all waits behind what it needs', () => {
    expect(problemsOf([first, wait('W', { ...plain, needs: ['FIRST'] }), pivot])).toEqual([]);
  });
});

describe('a signal that ends a saga', () => {
  it.each<[string, NonNullable<SagaSpec['endedBy']>, string]>([
    ['has no code', { stop: { code: 'no code' } }, 'endedBy stop needs a code'],
    ['names no step', { stop: { code: 'STOP', to: 'X' } }, 'endedBy stop: "X" is no step'],
    ['reaches the pivot', { stop: { code: 'STOP', to: 'PIVOT' } }, 'PIVOT is not before the pivot'],
    [
      'ends before it begins',
      { stop: { code: 'STOP', from: 'W', to: 'FIRST' } },
      'W is behind FIRST',
    ],
    ['is awaited, too', { go: { code: 'STOP' } }, 'a wait has a signal of the same name'],
  ])('is refused when it %s', (_name, endedBy, problem) => {
    expect(problemsOf([first, wait('W', plain), pivot], { endedBy })).toEqual([
      expect.stringContaining(problem),
    ]);
  });
});

describe('the fingerprint of a definition with waits', () => {
  const changed = (change: Partial<SagaSpec<{ nights: number }>>) =>
    differencesOf(
      fingerprintOf(booking),
      fingerprintOf(defineSaga({ ...bookingSpec, ...change }) as never),
    );
  const withWait = (change: object) => ({
    steps: bookingSpec.steps.map((one) =>
      one.name === 'GUEST_PAYS' ? { ...one, ...change } : one,
    ),
  });

  it('names where another wait leads, what is kept, and what ends a saga', () => {
    expect(changed(withWait({ onTimeout: { undo: 'LATE' } }))).toEqual([
      expect.stringMatching(
        /GUEST_PAYS: what it waits for was .* and is .*timeout to undo with LATE/,
      ),
    ]);
    expect(changed(withWait({ signals: { paid: 'next' } }))).toHaveLength(2);
    expect(changed({ endedBy: {} })).toEqual(['endedBy is gone']);
    expect(
      changed({ steps: bookingSpec.steps.filter(({ name }) => name !== 'GUEST_LEAVES') }),
    ).toEqual(['the step GUEST_LEAVES is gone']);
  });

  it('is the same however long a wait may take', () => {
    expect(changed(withWait({ withinMs: 10_000 }))).toEqual([]);
  });

  it('tells all steps in their order, and no signal as a step', () => {
    const steps = recordedSteps(fingerprintOf(booking))!;
    expect(steps.map(({ name }) => name)).toEqual(bookingSpec.steps.map(({ name }) => name));
    const leads = steps.flatMap(({ name, leadsTo }) => (leadsTo ? [[name, leadsTo]] : []));
    expect(leads).toEqual([['GUEST_ARRIVES', ['KEY_GIVEN']]]);
    expect(steps.filter(({ pastPivot }) => pastPivot).map(({ name }) => name)).toEqual([
      'KEY_GIVEN',
      'GUEST_LEAVES',
      'ROOM_CLEANED',
    ]);
  });
});
