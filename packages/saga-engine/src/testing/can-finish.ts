import type { PlannedCommand, SagaDefinition } from '../core/define.js';
import { currentStepOf, isEnded, isOpen, type SagaLog } from '../core/instance.js';
import { passWait } from './every-wait.js';
import { insertedRow } from './jsonb.js';
import { reachableStates, type ReachableState } from './reachable-states.js';
import { Scenario, type ScenarioOptions, type SagaSoFar } from './scenario.js';
import { Witness } from './witness.js';

/** What becomes of the sagas of one definition when another one goes on with them. */
export interface Handover {
  /** How many different states were handed over. */
  readonly states: number;
  /** Each promise that would be broken, and in which states; empty when the new one can finish. */
  readonly problems: readonly string[];
}

/** How the rest of a saga goes: what the step answers that is named, when it is awaited. */
interface Course {
  readonly name: string;
  happen(scenario: Scenario): void;
}

/** The paths of all members of a command's data, by the command's name. */
type Shapes = Map<string, ReadonlySet<string>>;

const EVENTS_MAX = 500;

/**
 * Whether a definition can go on with the sagas that another one began: under the same name and
 * version with other functions, or in its place. Walks every state that a saga of the old
 * definition can be in, reads it from its row, and has the new one finish it: with every later step
 * done, and with each of them failing. Sagas must end whole or undone, by the undos that were
 * promised when they began, and commands must not lack data that they have in a saga which the new
 * definition began.
 */
export function canFinish<Input>(
  oldDefinition: SagaDefinition<Input>,
  newDefinition: SagaDefinition<Input>,
  options: ScenarioOptions<Input>,
): Handover {
  const before = oldDefinition as SagaDefinition;
  const after = newDefinition as SagaDefinition;
  const shapes = shapesOf(after, options);
  const states = reachableStates(before, options);
  const byProblem = new Map<string, string[]>();
  for (const state of states) {
    for (const problem of problemsOf(before, after, state, options, shapes)) {
      const where = byProblem.get(problem) ?? [];
      where.push(`${currentStepOf(state.instance)} is awaited`);
      byProblem.set(problem, where);
    }
  }
  const problems = [...byProblem].map(
    ([problem, where]) => `${problem} (when ${[...new Set(where)].join(', or ')})`,
  );
  return { states: states.length, problems };
}

function problemsOf(
  before: SagaDefinition,
  after: SagaDefinition,
  state: ReachableState,
  options: ScenarioOptions<unknown>,
  shapes: Shapes,
): Set<string> {
  const awaited = currentStepOf(state.instance);
  if (!after.commands.has(awaited) && !after.waits.has(awaited)) {
    return new Set([`nothing is known of ${awaited}, so the saga is parked for ever`]);
  }
  const problems = new Set<string>();
  const moved = movedCommands(before, after, state.logs);
  for (const course of coursesOf(after, state)) {
    const scenario = new Scenario(after, options, handedOver(state, after));
    scenario.resumed();
    run(after, scenario, course);
    // The old definition's promises count for what was begun under it.
    const promised = new Witness(before);
    promised.resume([...scenario.witness.log]);
    if (!isEnded(scenario.instance)) problems.add('the saga does not end');
    else promised.checkEffects(scenario.instance);
    for (const problem of [...scenario.witness.problems, ...promised.problems]) {
      problems.add(problem);
    }
    for (const { name } of scenario.sent) if (moved.has(name)) problems.add(moved.get(name)!);
    for (const problem of missingData(scenario, shapes)) problems.add(problem);
  }
  return problems;
}

/** The saga as the new definition reads it from its row. */
function handedOver({ instance, logs, nowMs }: ReachableState, to: SagaDefinition): SagaSoFar {
  const renamed = { ...instance, definition: to.name, definitionVersion: to.version };
  return { instance: insertedRow(renamed), logs, nowMs };
}

/** All done from here on, and each later step failing in each way that the definition knows. */
function coursesOf(definition: SagaDefinition, { instance }: Pick<ReachableState, 'instance'>) {
  const courses: Course[] = [{ name: '', happen: (scenario) => void scenario.done() }];
  const at = currentStepOf(instance);
  const from = definition.commands.get(at)?.index ?? definition.waits.get(at)?.next;
  if (instance.phase === 'backward' || from === undefined) return courses;
  for (const step of definition.steps.slice(from)) {
    const { name, pastPivot } = step;
    for (const code of step.rejections) {
      courses.push({ name, happen: (scenario) => void scenario.rejected(code) });
    }
    if (!pastPivot)
      courses.push({ name, happen: (scenario) => void scenario.fault('BROKEN', false) });
  }
  return courses;
}

function run(definition: SagaDefinition, scenario: Scenario, course: Course): void {
  let isOver = false;
  for (let events = 0; !isEnded(scenario.instance) && events < EVENTS_MAX; events++) {
    const { instance } = scenario;
    if (instance.phase === 'waiting') passWait(definition, scenario, instance.waitsAt);
    else if (isOpen(instance) && instance.waitingFor !== 'reply') scenario.wake();
    else if (!isOver && scenario.awaited?.name === course.name) {
      isOver = true;
      course.happen(scenario);
    } else scenario.done();
  }
}

/** A command that may have been sent must be repeated, and undone, where it was done. */
function movedCommands(
  before: SagaDefinition,
  after: SagaDefinition,
  logs: readonly SagaLog[],
): Map<string, string> {
  const begun = new Set(logs.map(({ step }) => step));
  const isMoved = (one: PlannedCommand, other: PlannedCommand | undefined) =>
    other !== undefined && (one.queue !== other.queue || one.pattern !== other.pattern);
  const moved = [...before.commands.values()].filter(
    (one) => begun.has(one.step) && isMoved(one, after.commands.get(one.name)),
  );
  return new Map(
    moved.map(({ name, queue, pattern }) => [name, `${name} no longer is ${pattern} on ${queue}`]),
  );
}

function missingData(scenario: Scenario, shapes: Shapes): string[] {
  return scenario.sent.flatMap(({ name, data }) => {
    const there = pathsOf(data);
    const missing = [...(shapes.get(name) ?? [])].filter((path) => !there.has(path));
    return missing.map((path) => `${name} is sent without ${path}`);
  });
}

/** What each command always has in its data when the saga is this definition's from its start. */
function shapesOf(definition: SagaDefinition, options: ScenarioOptions<unknown>): Shapes {
  const shapes: Shapes = new Map();
  for (const { instance, logs, nowMs } of reachableStates(definition, options)) {
    const scenario = new Scenario(definition, options, {
      instance: insertedRow(instance),
      logs,
      nowMs,
    });
    scenario.resumed();
    scenario.wakeUntilSent();
    for (const { name, data } of scenario.sent) {
      const paths = pathsOf(data);
      const common = shapes.get(name) ?? paths;
      shapes.set(name, new Set([...common].filter((path) => paths.has(path))));
    }
  }
  return shapes;
}

function pathsOf(data: unknown, prefix = ''): Set<string> {
  const paths = new Set<string>();
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return paths;
  for (const [member, value] of Object.entries(data)) {
    if (value === undefined) continue;
    const path = prefix === '' ? member : `${prefix}.${member}`;
    paths.add(path);
    for (const inner of pathsOf(value, path)) paths.add(inner);
  }
  return paths;
}
