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

/** A step that sends a command and awaits its reply. */
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
  /** For how long what the step sets aside is kept for this saga: a reservation, a lease. */
  readonly holdMs?: number;
  /**
   * Faults, by their codes, after which the step is tried again that many milliseconds later, once
   * for each entry. After the last one the outcome is unknown. These tries do not count as
   * attempts of `attemptsMax`; the deadlines stand.
   */
  readonly pausesMs?: Readonly<Record<string, readonly number[]>>;
  /** What later steps will need of the response (JSON); stored with the saga. */
  keep?(response: unknown): unknown;
}

/** Where a wait leads: to the step behind it, to a later step, or to undo for a business reason. */
export type WaitOutcome = 'next' | { readonly goto: string } | { readonly undo: string };

export interface SignalSpec {
  readonly to: WaitOutcome;
  /**
   * What becomes of the signal before its wait has begun: it is refused [refuse], or kept until
   * then. Refuse what a person asks for. Keep what tells of a fact: no one may send it again.
   */
  readonly early?: 'keep' | 'refuse';
  /** Checks the data of the signal, and says what later steps need of it (JSON); throws to refuse. */
  take?(data: unknown): unknown;
}

/** A step in which the saga waits for a signal or a time, in its row only: not in any memory. */
export interface WaitStep<Input = unknown> {
  readonly kind: 'wait';
  readonly name: string;
  /** What it waits for, by the signal's name. */
  readonly signals: Readonly<Record<string, WaitOutcome | SignalSpec>>;
  /** It waits no longer than this, */
  readonly withinMs: number;
  /**
   * nor longer than until then, in database time. What is no finite number, or throws, counts as not
   * said.
   */
  untilMs?(context: StepContext<Input>): number;
  readonly onTimeout: WaitOutcome;
  /** Earlier steps that set something aside (`holdMs`) which must still be there afterwards. */
  readonly needs?: readonly string[];
}

export type SagaStep<Input = unknown> = CommandStep<Input> | WaitStep<Input>;

/** A signal that ends the saga wherever it is between two steps: all is undone. */
export interface EndingSpec {
  /** Why, as a code of a business rejection. */
  readonly code: string;
  /** The first step at which it may come [the first of all], */
  readonly from?: string;
  /** and the last one [the last before the pivot]. */
  readonly to?: string;
}

export interface SagaSpec<Input = unknown> {
  readonly name: string;
  /** Raise it when the changed definition could not finish the sagas that the older one began. */
  readonly version: number;
  /**
   * From the start of a saga, and anew from the end of each wait. A saga that is before its pivot
   * then is undone. While it waits, no time of this passes.
   */
  readonly deadlineMs: number;
  readonly steps: readonly SagaStep<Input>[];
  /** Signals that end the saga before its pivot, by name: a cancellation, say. */
  readonly endedBy?: Readonly<Record<string, EndingSpec>>;
}

/** What a step uses when it gives no value of its own. */
export interface StepDefaults {
  readonly replyTimeoutMs: number;
  readonly attemptsMax: number;
  readonly deadlineMs: number;
}
