import type { PlannedWait, SagaDefinition } from '../core/define.js';
import { currentStepOf, isEnded } from '../core/instance.js';
import { knownSignals } from '../core/signal.js';
import type { Failure } from './failure.js';
import type { Scenario } from './scenario.js';

/** What happens to a wait: each signal, its time, both at once in either order, an operator. */
export function waitFailuresOf(definition: SagaDefinition, wait: PlannedWait): Failure[] {
  const names = [...wait.signals.keys(), ...definition.endedBy.keys()];
  return [
    ...hearings(definition),
    { name: 'times out', happen: (scenario) => scenario.timeOut() },
    { name: 'times out, and its timer is taken over', happen: takenOver },
    ...names.flatMap((name): Failure[] => [
      { name: `hears ${name} twice`, happen: (scenario) => twice(definition, scenario, name) },
      { name: `times out, and hears ${name} at once`, happen: (scenario) => late(scenario, name) },
    ]),
    { name: 'is to be undone, says an operator', happen: (s) => void s.operator('compensate') },
    { name: 'is asked for again by an operator', happen: (s) => void s.operator('retry') },
    {
      name: 'is resumed by an operator though not parked',
      happen: (s) => void s.operator('resume'),
    },
  ];
}

/** Every signal that the definition knows, and one that it does not. */
export function hearings(definition: SagaDefinition): Failure[] {
  const known = knownSignals(definition);
  if (known.length === 0) return [];
  return [...known, 'never-heard-of'].map((name) => ({
    name: `hears ${name}`,
    happen: (scenario) => void heard(definition, scenario, name),
  }));
}

/** The way on: a signal that leads to the next step, or else forwards at all, or else its time. */
export function passWait(definition: SagaDefinition, scenario: Scenario, name: string): void {
  const { signals, onTimeout } = definition.waits.get(name)!;
  const all = [...signals.values()];
  const on = all.find(({ to }) => to === 'next');
  const signal = on ?? (onTimeout === 'next' ? undefined : all.find(({ to }) => isForward(to)));
  if (signal) scenario.signal(signal.name);
  else scenario.timeOut();
}

/** After the end every signal is answered, and none changes anything. */
export function afterTheEnd(definition: SagaDefinition, scenario: Scenario): void {
  if (!isEnded(scenario.instance)) return;
  for (const name of knownSignals(definition)) {
    const { answer, ignored } = scenario.signal(name);
    if (!ignored) breach(scenario, `the signal ${name} changed an ended saga`);
    if (!answer) breach(scenario, `the signal ${name} has no answer after the end`);
  }
}

function heard(definition: SagaDefinition, scenario: Scenario, name: string) {
  const { instance: before } = scenario;
  const wait = definition.waits.get(currentStepOf(before));
  const { answer } = scenario.signal(name);
  if (!answer) breach(scenario, `the signal ${name} has no answer`);
  const isTaken = before.phase === 'waiting' && wait?.signals.has(name) === true;
  if (isTaken && answer?.kind !== 'applied') {
    breach(scenario, `${currentStepOf(before)} does not take ${name}: ${JSON.stringify(answer)}`);
  }
  const isChanged = scenario.instance !== before;
  if (isChanged !== (answer?.kind === 'applied' || answer?.kind === 'kept')) {
    breach(scenario, `the signal ${name} is answered ${answer?.kind}, which is not so`);
  }
  return answer;
}

function twice(definition: SagaDefinition, scenario: Scenario, name: string): void {
  heard(definition, scenario, name);
  if (!isEnded(scenario.instance)) heard(definition, scenario, name);
}

/** The timer was first: a signal of the wait has no effect, and the wait is left by its time. */
function late(scenario: Scenario, name: string): void {
  const { instance } = scenario;
  const wait = currentStepOf(instance);
  scenario.due();
  scenario.signal(name);
  if (!isEnded(scenario.instance) && currentStepOf(scenario.instance) === wait) scenario.wake();
}

function takenOver(scenario: Scenario): void {
  scenario.due();
  scenario.resumed();
}

function isForward(to: PlannedWait['onTimeout']): boolean {
  return typeof to === 'string' || 'goto' in to;
}

function breach(scenario: Scenario, problem: string): void {
  scenario.witness.problems.push(problem);
}
