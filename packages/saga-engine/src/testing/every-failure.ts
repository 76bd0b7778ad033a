import type { PlannedCommand, PlannedStep, SagaDefinition } from '../core/define.js';
import { currentStepOf, isEnded, isOpen, type SagaInstance } from '../core/instance.js';
import type { Failure } from './failure.js';
import { afterTheEnd, hearings, passWait, waitFailuresOf } from './every-wait.js';
import { Scenario, type ScenarioOptions } from './scenario.js';

/** One way in which one command of a saga goes wrong, and what became of the saga. */
export interface FailureCase {
  /** "PAYMENT_PROCESSED: silent for ever", say. */
  readonly name: string;
  /** The command that failed, and how; undefined where nothing fails. */
  readonly broken:
    | {
        readonly command: string;
        readonly direction: 'do' | 'undo' | 'wait';
        readonly failure: string;
      }
    | undefined;
  readonly end: SagaInstance['phase'];
  /** What happens when this command does not fail. */
  readonly usual: readonly string[];
  readonly trace: readonly string[];
  /** Every breach of what must hold for all sagas; empty when all is well. */
  readonly problems: readonly string[];
}

type Ran = Omit<FailureCase, 'usual'>;
/** A command or a wait. */
type Broken = Pick<PlannedCommand, 'name'> & { readonly direction: 'do' | 'undo' | 'wait' };

const EVENTS_MAX = 500;
const NOTHING: Failure = { name: 'nothing fails', happen: () => undefined };

/**
 * Lets every command of a saga (each step and each undo) fail in every way: every declared
 * rejection, a fault once and for ever, a fault that says not to retry, silence, no queue, a
 * takeover. Operators ask for everything that they may ask. Every reply comes twice, and all
 * earlier replies come again after every event. Every signal comes at every command and at every
 * wait, together with the wait's time, and after the end.
 */
export function everyFailure<Input>(
  definition: SagaDefinition<Input>,
  options: ScenarioOptions<Input>,
): FailureCase[] {
  const plain = definition as SagaDefinition;
  const ran = [run(plain, options, undefined, NOTHING)];
  for (const step of plain.steps) {
    const failures = [...failuresOf(step), ...hearings(plain)];
    for (const failure of failures) ran.push(run(plain, options, step.do, failure));
  }
  for (const wait of plain.waits.values()) {
    const broken = { name: wait.name, direction: 'wait' } as const;
    for (const failure of waitFailuresOf(plain, wait))
      ran.push(run(plain, options, broken, failure));
  }
  const [{ trace: done }] = ran as [Ran];
  const cases = ran.map((one) => ({ ...one, usual: done }));
  const firstUndo = plain.steps.find(({ undo }) => undo)?.undo;
  if (!firstUndo) return cases;
  const { trace: undone } = run(plain, options, firstUndo, NOTHING);
  for (const step of plain.steps) {
    if (!step.undo) continue;
    for (const failure of [...UNDO_FAILURES, ...hearings(plain)]) {
      cases.push({ ...run(plain, options, step.undo, failure), usual: undone });
    }
  }
  return cases;
}

/** The cases as a text for a person, to be kept in a repository. */
export function traceReport(cases: readonly FailureCase[]): string {
  const told = cases.map(({ name, end, trace, problems }) => {
    const lines = [...trace, ...problems.map((problem) => `! ${problem}`)];
    return `${name} -> ${end}\n${lines.map((line) => `  ${line.trimEnd()}`).join('\n')}\n`;
  });
  return told.join('\n');
}

function failuresOf(step: PlannedStep): Failure[] {
  const codes = [...step.rejections];
  const failures: Failure[] = [
    ...codes.map((code) => ({
      name: `says ${code}`,
      happen: (s: Scenario) => twice(s, 'no', code),
    })),
    ...ONCE,
    ...ASKED,
    { name: 'fails, and retrying is pointless', happen: (s) => twice(s, 'pointless') },
  ];
  if (step.pastPivot) {
    failures.push(PARKED);
    failures.push({ name: 'fails twenty times', happen: (s) => times(s, 20, 'fault') });
    failures.push({ name: 'is silent twenty times', happen: (s) => times(s, 20, 'silence') });
  } else {
    failures.push({ name: 'fails for ever', happen: (s) => whileAwaited(s, 'fault') });
    failures.push({ name: 'is silent for ever', happen: (s) => whileAwaited(s, 'silence') });
    failures.push({ name: 'reaches no queue for ever', happen: (s) => whileAwaited(s, 'unsent') });
  }
  return failures;
}

type Mishap = 'fault' | 'pointless' | 'silence' | 'unsent' | 'no' | 'takeover';

const ONCE: Failure[] = [
  { name: 'fails once', happen: (s) => twice(s, 'fault') },
  { name: 'is silent once', happen: (s) => mishap(s, 'silence') },
  { name: 'reaches no queue once', happen: (s) => mishap(s, 'unsent') },
  { name: 'is taken over', happen: (s) => mishap(s, 'takeover') },
];

/** Wherever a saga is: what an operator asks for is done, or refused and changes nothing. */
const ASKED: Failure[] = [
  { name: 'is asked for again by an operator', happen: (s) => void s.operator('retry') },
  { name: 'is asked for during its pause by an operator', happen: (s) => askedDuringPause(s) },
  { name: 'is to be undone, says an operator', happen: (s) => void s.operator('compensate') },
  { name: 'is resumed by an operator though not parked', happen: (s) => void s.operator('resume') },
];

const PARKED: Failure = {
  name: 'is parked and resumed by an operator',
  happen: (s) => {
    times(s, 20, 'fault');
    s.operator('resume');
    times(s, 3, 'fault');
    s.operator('resume');
  },
};

const UNDO_FAILURES: Failure[] = [
  ...ONCE,
  ...ASKED,
  PARKED,
  { name: 'fails, and retrying is pointless', happen: (s) => twice(s, 'pointless') },
  { name: 'says no', happen: (s) => twice(s, 'no', 'NO') },
  { name: 'fails twenty times', happen: (s) => times(s, 20, 'fault') },
];

function mishap(scenario: Scenario, kind: Mishap, code = 'NO'): void {
  if (kind === 'fault') scenario.fault();
  if (kind === 'pointless') scenario.fault('POINTLESS', false);
  if (kind === 'no') scenario.rejected(code);
  if (kind === 'silence') scenario.wake();
  if (kind === 'unsent') scenario.unsent();
  if (kind === 'takeover') scenario.resumed();
}

function askedDuringPause(scenario: Scenario): void {
  scenario.fault();
  scenario.operator('retry');
}

/** The same answer comes a second time, about the command it was about. */
function twice(scenario: Scenario, kind: Mishap, code?: string): void {
  mishap(scenario, kind, code);
  const { outcome, ...about } = scenario.replies.at(-1)!;
  scenario.reply(outcome, about);
  scenario.replies.pop();
}

function times(scenario: Scenario, count: number, kind: Mishap): void {
  for (let i = 0; i < count; i++) {
    mishap(scenario, kind);
    scenario.wakeUntilSent();
  }
}

function whileAwaited(scenario: Scenario, kind: Mishap): void {
  const { awaited } = scenario;
  for (let i = 0; i < EVENTS_MAX && scenario.awaited === awaited; i++) {
    if (isOpen(scenario.instance) && scenario.instance.waitingFor !== 'reply') scenario.wake();
    else mishap(scenario, kind);
  }
}

function run<Input>(
  definition: SagaDefinition,
  options: ScenarioOptions<Input>,
  broken: Broken | undefined,
  failure: Failure,
): Ran {
  const scenario = new Scenario<unknown>(definition, options);
  const turning = broken?.direction === 'undo' ? lastUndoable(definition) : undefined;
  let isBroken = false;
  for (let events = 0; !isEnded(scenario.instance) && events < EVENTS_MAX; events++) {
    const { instance, awaited } = scenario;
    if (isOpen(instance) && instance.waitingFor !== 'reply') scenario.wake();
    else if (awaited && awaited === turning) whileAwaited(scenario, 'silence');
    else if (currentStepOf(instance) === broken?.name && !isBroken) {
      isBroken = true;
      failure.happen(scenario);
    } else if (instance.phase === 'waiting') passWait(definition, scenario, instance.waitsAt);
    else scenario.done();
    replayAll(scenario);
  }
  const { problems } = scenario.witness;
  afterTheEnd(definition, scenario);
  if (!isEnded(scenario.instance)) problems.push('the saga does not end');
  if (!broken && scenario.instance.phase !== 'done')
    problems.push('nothing failed, yet it is undone');
  if (broken && !isBroken) problems.push(`${broken.name} was never reached`);
  const told = broken && {
    command: broken.name,
    direction: broken.direction,
    failure: failure.name,
  };
  const name = broken ? `${broken.name} ${failure.name}` : failure.name;
  return { name, broken: told, end: scenario.instance.phase, trace: scenario.trace(), problems };
}

/** The step whose unknown outcome makes every undo run. */
function lastUndoable(definition: SagaDefinition): PlannedCommand | undefined {
  return definition.steps.findLast((step) => !step.pastPivot)?.do;
}

/** Every reply there ever was comes again, late: none may change anything but an awaited "done". */
function replayAll(scenario: Scenario): void {
  for (const { outcome, ...about } of scenario.replies) {
    const { awaited } = scenario;
    if (awaited?.step === about.step && awaited.direction === about.direction) continue;
    const decision = scenario.reply(outcome, about);
    scenario.replies.pop();
    if (!decision.ignored) {
      scenario.witness.problems.push(`a late reply of ${about.step} changed the saga`);
    }
  }
}
