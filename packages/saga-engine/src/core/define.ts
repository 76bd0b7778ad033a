import { definitionProblems } from './define-check.js';
import {
  plannedEndings,
  plannedWaits,
  type PlannedEnding,
  type PlannedWait,
} from './define-wait.js';
import type {
  CommandSpec,
  CommandStep,
  SagaSpec,
  StepContext,
  StepDefaults,
  UndoSpec,
  WaitStep,
} from './spec.js';

export type { PlannedEnding, PlannedSignal, PlannedWait } from './define-wait.js';
export type {
  CommandSpec,
  CommandStep,
  EndingSpec,
  SagaSpec,
  SagaStep,
  SignalSpec,
  StepContext,
  StepDefaults,
  UndoSpec,
  WaitOutcome,
  WaitStep,
} from './spec.js';

export const STEP_DEFAULTS: StepDefaults = {
  replyTimeoutMs: 2_000,
  attemptsMax: 5,
  deadlineMs: 20_000,
};

export type Direction = 'do' | 'undo';

/** A command of a checked definition; `name` is unique over all steps and undos of the saga. */
export interface PlannedCommand<Input = unknown> {
  readonly name: string;
  readonly step: string;
  readonly index: number;
  readonly direction: Direction;
  readonly queue: string;
  readonly pattern: string;
  readonly replyTimeoutMs: number;
  data(context: StepContext<Input>): unknown;
}

export interface PlannedStep<Input = unknown> {
  readonly name: string;
  readonly do: PlannedCommand<Input>;
  readonly undo: PlannedCommand<Input> | undefined;
  readonly undoneBy: string | undefined;
  readonly noUndo: string | undefined;
  readonly rejections: ReadonlySet<string>;
  readonly attemptsMax: number;
  readonly deadlineMs: number;
  readonly pausesMs: Readonly<Record<string, readonly number[]>>;
  /** The pivot or behind it: from its first send on the saga only goes forward. */
  readonly pastPivot: boolean;
  keep?(response: unknown): unknown;
}

/** A checked definition: every default filled in, every command found by its name. */
export interface SagaDefinition<Input = unknown> {
  readonly name: string;
  readonly version: number;
  readonly deadlineMs: number;
  /** The steps that send a command. */
  readonly steps: readonly PlannedStep<Input>[];
  readonly commands: ReadonlyMap<string, PlannedCommand<Input>>;
  /** The steps between them that wait, by name and in their order. */
  readonly waits: ReadonlyMap<string, PlannedWait>;
  /** The signals that end a saga, by name. */
  readonly endedBy: ReadonlyMap<string, PlannedEnding>;
}

/** The undo that takes a step's effect back: its own, or that of the step it names. */
export function undoOf<Input>(
  { steps }: SagaDefinition<Input>,
  { undo, undoneBy }: PlannedStep<Input>,
): PlannedCommand<Input> | undefined {
  return undo ?? steps.find((step) => step.name === undoneBy)?.undo;
}

/** The place of a command step among all steps, those that wait included. */
export function placeOf({ waits }: Pick<SagaDefinition, 'waits'>, index: number): number {
  let place = index;
  for (const { next } of waits.values()) if (next <= index) place++;
  return place;
}

/** Every problem of a definition at once; thrown when the program starts, never later. */
export class SagaDefinitionError extends Error {
  constructor(
    readonly saga: string,
    readonly problems: readonly string[],
  ) {
    super(`saga "${saga}" is not well defined:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'SagaDefinitionError';
  }
}

/** Checks a saga and fills in its defaults. Throws SagaDefinitionError naming every problem. */
export function defineSaga<Input>(
  spec: SagaSpec<Input>,
  overrides: Partial<StepDefaults> = {},
): SagaDefinition<Input> {
  const defaults = { ...STEP_DEFAULTS, ...overrides };
  const problems = definitionProblems(spec, defaults);
  if (problems.length > 0) throw new SagaDefinitionError(spec.name, problems);
  const sending = spec.steps.filter((step) => step.kind === 'command');
  const pivotIndex = sending.findIndex((step) => step.pivot);
  const steps = sending.map((step, index) =>
    plannedStep(step, index, pivotIndex !== -1 && index >= pivotIndex, defaults),
  );
  const commands = steps.flatMap((step) => (step.undo ? [step.do, step.undo] : [step.do]));
  return {
    name: spec.name,
    version: spec.version,
    deadlineMs: spec.deadlineMs,
    steps,
    commands: new Map(commands.map((command) => [command.name, command])),
    waits: plannedWaits(spec),
    endedBy: plannedEndings(spec),
  };
}

function plannedStep<Input>(
  step: CommandStep<Input>,
  index: number,
  pastPivot: boolean,
  defaults: StepDefaults,
): PlannedStep<Input> {
  const replyTimeoutMs = step.replyTimeoutMs ?? defaults.replyTimeoutMs;
  const planned = (spec: CommandSpec<Input>, name: string, direction: Direction) => ({
    name,
    step: step.name,
    index,
    direction,
    queue: spec.queue,
    pattern: spec.pattern,
    replyTimeoutMs,
    data: (context: StepContext<Input>) => spec.data(context),
  });
  return {
    name: step.name,
    do: planned(step.do, step.name, 'do'),
    undo: step.undo && planned(step.undo, step.undo.name, 'undo'),
    undoneBy: step.undoneBy,
    noUndo: step.noUndo,
    rejections: new Set(step.rejections),
    attemptsMax: step.attemptsMax ?? defaults.attemptsMax,
    deadlineMs: step.deadlineMs ?? defaults.deadlineMs,
    pausesMs: step.pausesMs ?? {},
    pastPivot,
    ...(step.keep && { keep: (response: unknown) => step.keep?.(response) }),
  };
}

/** A command as one line of a definition's table. */
export function command<Input>(
  queue: string,
  pattern: string,
  data: (context: StepContext<Input>) => unknown,
): CommandSpec<Input> {
  return { queue, pattern, data };
}

/** An undo as one line of a definition's table. */
export function undo<Input>(
  name: string,
  queue: string,
  pattern: string,
  data: (context: StepContext<Input>) => unknown,
): UndoSpec<Input> {
  return { name, queue, pattern, data };
}

/** A command step; what is not said is taken from the defaults. */
export function step<Input>(
  name: string,
  rest: Omit<CommandStep<Input>, 'kind' | 'name' | 'rejections'> & {
    readonly rejections?: readonly string[];
  },
): CommandStep<Input> {
  return { ...rest, kind: 'command', name, rejections: rest.rejections ?? [] };
}

/** A wait; it may be anywhere but at the beginning. */
export function wait<Input>(
  name: string,
  rest: Omit<WaitStep<Input>, 'kind' | 'name'>,
): WaitStep<Input> {
  return { ...rest, kind: 'wait', name };
}
