import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { command, defineSaga, step, undo, type SagaDefinition } from './define.js';
import { isOpen } from './instance.js';
import { Scenario } from '../testing/index.js';
import type { ReplyOutcome } from './transition.js';

interface Shape {
  undos: boolean[];
  pivotAt: number;
}

const shapes: fc.Arbitrary<Shape> = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 6 })
  .chain((undos) =>
    fc.record({
      undos: fc.constant(undos),
      pivotAt: fc.integer({ min: -1, max: undos.length - 1 }),
    }),
  );

/** Any saga: steps with an undo or without, a pivot anywhere or nowhere. */
function sagaOf({ undos, pivotAt }: Shape): SagaDefinition {
  const nothing = () => ({});
  return defineSaga({
    name: 'any',
    version: 1,
    deadlineMs: 30_000,
    steps: undos.map((hasUndo, i) => {
      const pastPivot = pivotAt >= 0 && i >= pivotAt;
      return step(`S${i}`, {
        do: command('queue', `do-${i}`, nothing),
        rejections: i > pivotAt && pastPivot ? [] : ['NO'],
        ...(hasUndo && !pastPivot && { undo: undo(`U${i}`, 'queue', `undo-${i}`, nothing) }),
        ...(!hasUndo && !pastPivot && { noUndo: 'it has no effect' }),
        ...(i === pivotAt && { pivot: true as const }),
      });
    }),
  });
}

type Chance =
  | { what: 'reply'; outcome: ReplyOutcome; stepBack: number; undo: boolean; attemptBack: number }
  | { what: 'mishap'; which: 'wake' | 'unsent' | 'resumed' | 'early' | 'refused' }
  | { what: 'later'; ms: number };

const message = 'm';
const outcomes: fc.Arbitrary<ReplyOutcome> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'done' as const, response: {} }) },
  fc.record({
    kind: fc.constant('rejected' as const),
    code: fc.constantFrom('NO', 'UNDECLARED'),
    message: fc.constant(message),
  }),
  fc.record({
    kind: fc.constant('fault' as const),
    code: fc.constant('F'),
    message: fc.constant(message),
    retryable: fc.boolean(),
  }),
);

const chances: fc.Arbitrary<Chance> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('reply' as const),
      outcome: outcomes,
      stepBack: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -1, max: 3 })),
      undo: fc.boolean(),
      attemptBack: fc.integer({ min: 0, max: 2 }),
    }),
  },
  fc.record({
    what: fc.constant('mishap' as const),
    which: fc.constantFrom(
      'wake' as const,
      'unsent' as const,
      'resumed' as const,
      'early' as const,
      'refused' as const,
    ),
  }),
  fc.record({ what: fc.constant('later' as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
);

function happen(scenario: Scenario, definition: SagaDefinition, chance: Chance): void {
  if (chance.what === 'later') scenario.nowMs += chance.ms;
  else if (chance.what === 'reply') answer(scenario, definition, chance);
  else if (chance.which === 'wake') scenario.wake();
  else if (chance.which === 'unsent') scenario.unsent();
  else if (chance.which === 'resumed') scenario.resumed();
  else if (chance.which === 'refused') scenario.refused();
  else scenario.apply({ kind: 'wake', nowMs: scenario.nowMs, random: 0 });
}

/** The awaited command is answered, or another one, or an earlier attempt of it. */
function answer(
  scenario: Scenario,
  definition: SagaDefinition,
  chance: Extract<Chance, { what: 'reply' }>,
): void {
  const { awaited, attempt } = scenario;
  const at = awaited ? awaited.index - chance.stepBack : 0;
  const about = definition.steps[Math.max(0, Math.min(at, definition.steps.length - 1))]!;
  const other = chance.undo ? 'undo' : 'do';
  scenario.reply(chance.outcome, {
    step: about.name,
    direction: chance.stepBack === 0 ? (awaited?.direction ?? 'do') : other,
    attempt: Math.max(1, attempt - chance.attemptBack),
  });
}

/** From here on every command is answered, and the saga is woken when it asks for it. */
function fairEnd(scenario: Scenario): void {
  for (let i = 0; i < 200 && isOpen(scenario.instance); i++) {
    if (scenario.instance.waitingFor === 'reply') scenario.done();
    else scenario.wake();
  }
}

describe('a transition, whatever happens', () => {
  const run = { numRuns: 2_000 };

  it('keeps every promise of the protocol, and ends under a fair schedule', () => {
    const anything = fc.array(chances, { maxLength: 40 });
    const holds = fc.property(shapes, anything, (shape, list) => {
      const definition = sagaOf(shape);
      const scenario = new Scenario(definition, { input: {} });
      for (const chance of list) happen(scenario, definition, chance);
      fairEnd(scenario);
      expect(isOpen(scenario.instance)).toBe(false);
      expect(scenario.witness.problems).toEqual([]);
    });
    fc.assert(holds, run);
  });

  it('ends by itself, before the pivot, when a step is never answered', () => {
    const holds = fc.property(shapes, fc.integer({ min: 0, max: 5 }), (shape, doneSteps) => {
      const definition = sagaOf(shape);
      const scenario = new Scenario(definition, { input: {} });
      for (let i = 0; i < doneSteps && isOpen(scenario.instance); i++) scenario.done();
      const { awaited } = scenario;
      if (!awaited || definition.steps[awaited.index]!.pastPivot) return;
      for (let i = 0; i < 100 && scenario.awaited === awaited; i++) scenario.wake();
      expect(scenario.awaited).not.toBe(awaited);
      expect(scenario.instance.phase).not.toBe('forward');
      fairEnd(scenario);
      expect(scenario.witness.problems).toEqual([]);
    });
    fc.assert(holds, { numRuns: 500 });
  });

  it('decides the same twice: it has no clock, no random source and no memory', () => {
    const holds = fc.property(shapes, fc.array(chances, { maxLength: 20 }), (shape, list) => {
      const definition = sagaOf(shape);
      const [a, b] = [1, 2].map(() => {
        const scenario = new Scenario(definition, { input: {} });
        for (const chance of list) happen(scenario, definition, chance);
        return scenario;
      });
      expect(a!.instance).toEqual(b!.instance);
      expect(a!.witness.log).toEqual(b!.witness.log);
    });
    fc.assert(holds, { numRuns: 300 });
  });
});
