import { definitionProblems } from './define-check.js';

/** What a command may be made from: the saga's own data and what earlier steps kept. */
export interface StepContext<Input = unknown> {
  readonly sagaId: string;
  readonly subjectId: string;
  readonly input: Input;
  /** Results of earlier steps by step name, as their `keep` made them. */
  readonly kept: Readonly<Record<string, unknown>>;
}

/** One command: its queue, its pattern and its data (anything that JSON can hold). */
export interface CommandSpec<Input = unknown> {
  readonly queue: string;
  readonly pattern: string;
  data(context: StepContext<Input>): unknown;
}

export interface UndoSpec<Input = unknown> extends CommandSpec<Input> {
  /** The name of the undo in saga_logs and current_step. */
  readonly name: string;
}

/** A step that sends a command and waits for its reply; the only kind there is so far. */
export interface CommandStep<Input = unknown> {
  readonly kind: 'command';
  readonly name: string;
  readonly do: CommandSpec<Input>;
  /** Takes the step's effect back. Before the pivot a step has this, `undoneBy` or `noUndo`. */
  readonly undo?: UndoSpec<Input>;
  /** The earlier step whose undo takes this one's effect back, too. */
  readonly undoneBy?: string;
  /** Why nothing has to be taken back: it has no effect, or one that may stay. */
  readonly noUndo?: string;
  /** The codes that are business rejections; any other code is a fault, "do not retry" included. */
  readonly rejections: readonly string[];
  /** Once this step has been sent the saga only goes forward, unless the step is rejected. */
  readonly pivot?: true;
  readonly replyTimeoutMs?: number;
  readonly attemptsMax?: number;
  readonly deadlineMs?: number;
  /** What later steps will need of the response (JSON); stored with the saga. */
  keep?(response: unknown): unknown;
}

export type SagaStep<Input = unknown> = CommandStep<Input>;

export interface SagaSpec<Input = unknown> {
  readonly name: string;
  /** Raise it when the changed definition could not finish the sagas that the older one began. */
  readonly version: number;
  /** From the start of a saga. A saga that is before its pivot then is undone. */
  readonly deadlineMs: number;
  readonly steps: readonly SagaStep<Input>[];
}

/** What a step uses when it gives no value of its own. */
export interface StepDefaults {
  readonly replyTimeoutMs: number;
  readonly attemptsMax: number;
  readonly deadlineMs: number;
}

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
  /** The pivot or behind it: from its first send on the saga only goes forward. */
  readonly pastPivot: boolean;
  keep?(response: unknown): unknown;
}

/** A checked definition: every default filled in, every command found by its name. */
export interface SagaDefinition<Input = unknown> {
  readonly name: string;
  readonly version: number;
  readonly deadlineMs: number;
  readonly steps: readonly PlannedStep<Input>[];
  readonly commands: ReadonlyMap<string, PlannedCommand<Input>>;
}

/** The undo that takes a step's effect back: its own, or that of the step it names. */
export function undoOf<Input>(
  { steps }: SagaDefinition<Input>,
  { undo, undoneBy }: PlannedStep<Input>,
): PlannedCommand<Input> | undefined {
  return undo ?? steps.find((step) => step.name === undoneBy)?.undo;
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
  const pivotIndex = spec.steps.findIndex((step) => step.pivot);
  const steps = spec.steps.map((step, index) =>
    plannedStep(step, index, pivotIndex !== -1 && index >= pivotIndex, defaults),
  );
  const commands = steps.flatMap((step) => (step.undo ? [step.do, step.undo] : [step.do]));
  return {
    name: spec.name,
    version: spec.version,
    deadlineMs: spec.deadlineMs,
    steps,
    commands: new Map(commands.map((command) => [command.name, command])),
  };
}

function plannedStep<Input>(
  step: SagaStep<Input>,
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
