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
  /**
   * Faults, by their codes, after which the step is tried again that many milliseconds later, once
   * for each entry. After the last one the outcome is unknown. These tries do not count as
   * attempts of `attemptsMax`; the deadlines stand.
   */
  readonly pausesMs?: Readonly<Record<string, readonly number[]>>;
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
