import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { command, defineSaga, step, undo, wait, type SagaDefinition } from './define.js';
import type { SagaStep, SignalSpec, WaitOutcome } from './define.js';
import { isEnded, isOpen } from './instance.js';
import type { SignalAnswer } from './transition.js';
import { Scenario } from '../testing/index.js';

type Kind = 'undo' | 'none' | 'wait';

interface Shape {
  kinds: Kind[];
  pivotAt: number;
  leads: number[];
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  kinds: fc.array(fc.constantFrom<Kind>('undo', 'none', 'wait'), { minLength: 2, maxLength: 7 }),
  pivotAt: fc.integer({ min: -1, max: 6 }),
  leads: fc.array(fc.nat({ max: 9 }), { minLength: 7, maxLength: 7 }),
});

const nothing = () => ({});
const STOP = { code: 'STOPPED' };

/** Any saga with waits: each leads on, to a later step, or to undo, by a signal or by its time. */
function sagaOf({ kinds, pivotAt, leads }: Shape): SagaDefinition {
  const all: Kind[] = ['undo', ...kinds];
  const isWait = (at: number) => all[at] === 'wait';
  const pivot = all.findIndex((_, at) => at > pivotAt && !isWait(at));
  const hasPivot = pivotAt >= 0 && pivot > 0;
  const steps = all.map((kind, at): SagaStep => {
    const pastPivot = hasPivot && at >= pivot;
    if (kind === 'wait') {
      const last = hasPivot && at < pivot ? pivot : all.length - 1;
      const lead = leads[at % 7]!;
      const leadsTo = (nth: number): WaitOutcome => {
        if (nth % 4 === 3 && !pastPivot) return { undo: 'NO' };
        const target = at + 1 + (nth % 3);
        return nth % 4 === 2 && target <= last ? { goto: `S${target}` } : 'next';
      };
      const kept: SignalSpec = { to: leadsTo(lead + 1), early: 'keep', take: (data) => data };
      return wait(`S${at}`, {
        signals: { go: leadsTo(lead), [`only-${at}`]: 'next', hint: kept },
        withinMs: 1_000 * (1 + lead),
        onTimeout: leadsTo(lead + 2),
      });
    }
    return step(`S${at}`, {
      do: command('queue', `do-${at}`, nothing),
      rejections: pastPivot && at > pivot ? [] : ['NO'],
      ...(kind === 'undo' && !pastPivot && { undo: undo(`U${at}`, 'queue', 'undo', nothing) }),
      ...(kind === 'none' && !pastPivot && { noUndo: 'it has no effect' }),
      ...(hasPivot && at === pivot && { pivot: true as const }),
    });
  });
  return defineSaga({
    name: 'any',
    version: 1,
    deadlineMs: 30_000,
    steps,
    endedBy: { stop: STOP },
  });
}

type Happening =
  | 'done'
  | 'rejected'
  | 'fault'
  | 'wake'
  | 'resumed'
  | 'refused'
  | 'due'
  | 'go'
  | 'hint'
  | 'stop'
  | 'unheard'
  | 'compensate';

const HAPPENINGS: readonly Happening[] = [
  'done',
  'done',
  'done',
  'rejected',
  'fault',
  'wake',
  'resumed',
  'refused',
  'due',
  'go',
  'hint',
  'stop',
  'unheard',
  'compensate',
];
const happenings = fc.array(fc.constantFrom(...HAPPENINGS), { maxLength: 40 });

function happen(scenario: Scenario, what: Happening): SignalAnswer | undefined {
  if (what === 'done') scenario.done();
  else if (what === 'rejected') scenario.rejected('NO');
  else if (what === 'fault') scenario.fault();
  else if (what === 'wake') scenario.wake();
  else if (what === 'resumed') scenario.resumed();
  else if (what === 'refused') scenario.refused();
  else if (what === 'due') scenario.due();
  else if (what === 'compensate') scenario.operator('compensate');
  else return scenario.signal(what, what === 'hint' ? { a: 1 } : undefined).answer;
  return undefined;
}

/** From here on every command is answered, and every wait ends by its time. */
function fairEnd(scenario: Scenario): void {
  for (let i = 0; i < 200 && !isEnded(scenario.instance); i++) {
    if (scenario.instance.phase === 'waiting') scenario.due();
    else if (isOpen(scenario.instance) && scenario.instance.waitingFor === 'reply') scenario.done();
    else scenario.wake();
  }
}

describe('a saga with waits, whatever happens', () => {
  it('keeps every promise of the protocol, and ends when its times come', () => {
    const holds = fc.property(shapes, happenings, (shape, list) => {
      const scenario = new Scenario(sagaOf(shape), { input: {} });
      for (const what of list) happen(scenario, what);
      fairEnd(scenario);
      expect(isEnded(scenario.instance)).toBe(true);
      expect(scenario.witness.problems).toEqual([]);
    });
    fc.assert(holds, { numRuns: 2_000 });
  });

  it('answers every signal, and changes only when it is applied or kept', () => {
    const holds = fc.property(shapes, happenings, (shape, list) => {
      const definition = sagaOf(shape);
      const scenario = new Scenario(definition, { input: {} });
      for (const what of list) {
        const before = scenario.instance;
        const answer = happen(scenario, what);
        if (!answer) continue;
        const isChanged = scenario.instance !== before;
        expect(isChanged).toBe(answer.kind === 'applied' || answer.kind === 'kept');
        if (answer.kind === 'refused') {
          expect(answer.awaited).not.toContain(what);
          const isKnown = [...definition.waits.values()].some(({ signals }) => signals.has(what));
          expect(answer.reason === 'unknown-signal').toBe(!isKnown && what !== 'stop');
        }
      }
    });
    fc.assert(holds, { numRuns: 500 });
  });

  it('applies each signal that it kept once at most, and never one for a wait that lies behind', () => {
    const holds = fc.property(shapes, happenings, (shape, list) => {
      const scenario = new Scenario(sagaOf(shape), { input: {} });
      for (const what of list) happen(scenario, what);
      fairEnd(scenario);
      const ids = scenario.witness.log.flatMap(({ data }) => data?.signalId ?? []);
      expect(new Set(ids).size).toBe(ids.length);
    });
    fc.assert(holds, { numRuns: 500 });
  });
});
