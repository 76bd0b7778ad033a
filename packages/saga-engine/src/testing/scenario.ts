import type { Direction, PlannedCommand, SagaDefinition } from '../core/define.js';
import { dueSaga } from '../core/entering-wait.js';
import { isOpen, type SagaInstance, type SagaLog } from '../core/instance.js';
import { canonicalJson, reasonOf, storedCopy } from '../core/json.js';
import { ENGINE_DEFAULTS, type RetrySettings } from '../core/settings.js';
import { trace } from '../core/trace.js';
import {
  prepare,
  transition,
  type OperatorAction,
  type ReplyOutcome,
  type SagaEvent,
  type Transition,
} from '../core/transition.js';
import { insertedRow } from './jsonb.js';
import { Witness } from './witness.js';

export interface ScenarioOptions<Input> {
  readonly input: Input;
  /** What each step answers when it is done, by step name; an empty object when not said. */
  readonly responses?: Readonly<Record<string, unknown>>;
  /** The data of signals, by name. */
  readonly signals?: Readonly<Record<string, unknown>>;
  readonly settings?: Partial<RetrySettings>;
}

export interface SentCommand {
  readonly name: string;
  readonly step: string;
  readonly direction: Direction;
  readonly attempt: number;
  readonly data: unknown;
}

export const SCENARIO_SAGA_ID = '00000000-0000-4000-8000-000000000001';
export const SCENARIO_SUBJECT_ID = '00000000-0000-4000-8000-000000000002';
const BEGINS_AT_MS = 1_000_000;
const OWNER = 'scenario';

/** A saga that another definition drove up to here. */
export interface SagaSoFar {
  readonly instance: SagaInstance;
  readonly logs: readonly SagaLog[];
  readonly nowMs: number;
}

/** One saga without a database and a broker; time passes only when the test says so. */
export class Scenario<Input = unknown> {
  readonly witness: Witness;
  readonly sent: SentCommand[] = [];
  readonly replies: {
    step: string;
    direction: Direction;
    attempt: number;
    outcome: ReplyOutcome;
  }[] = [];
  nowMs = BEGINS_AT_MS;
  instance: SagaInstance;
  private signals = 0;
  private readonly definition: SagaDefinition;
  private readonly settings: RetrySettings;

  constructor(
    definition: SagaDefinition<Input>,
    private readonly options: ScenarioOptions<Input>,
    soFar?: SagaSoFar,
  ) {
    this.definition = definition;
    this.settings = { ...ENGINE_DEFAULTS, ...options.settings };
    this.witness = new Witness(this.definition);
    if (soFar) {
      this.nowMs = soFar.nowMs;
      this.instance = soFar.instance;
      this.witness.resume(soFar.logs);
      return;
    }
    const first = prepare(this.definition, {
      sagaId: SCENARIO_SAGA_ID,
      subjectId: SCENARIO_SUBJECT_ID,
      input: options.input,
      owner: OWNER,
      nowMs: this.nowMs,
    });
    this.instance = first.instance;
    this.witness.begin(first);
    this.handOut(first);
  }

  /** The command the saga awaits; undefined once it has ended. */
  get awaited(): PlannedCommand | undefined {
    return isOpen(this.instance) ? this.definition.commands.get(this.instance.awaited) : undefined;
  }

  get attempt(): number {
    return isOpen(this.instance) ? this.instance.attempt : 0;
  }

  /** The awaited command is answered (or another one, to see that it changes nothing). */
  reply(outcome: ReplyOutcome, about: Partial<SentCommand> = {}): Transition {
    const step = about.step ?? this.awaited?.step ?? '';
    const direction = about.direction ?? this.awaited?.direction ?? 'do';
    const attempt = about.attempt ?? this.attempt;
    this.replies.push({ step, direction, attempt, outcome });
    if (outcome.kind === 'done' && direction === 'do') this.checkKeep(step, outcome.response);
    return this.apply({ kind: 'replied', step, direction, attempt, outcome, ...this.moment() });
  }

  /** The awaited command is done, with its response from the options unless one is given. */
  done(response?: unknown): Transition {
    const told =
      this.awaited?.direction === 'do' ? this.options.responses?.[this.awaited.step] : {};
    return this.reply({ kind: 'done', response: response === undefined ? (told ?? {}) : response });
  }

  rejected(code: string, message = 'no', details?: unknown): Transition {
    return this.reply({ kind: 'rejected', code, message, details });
  }

  fault(code = 'BROKEN', retryable = true): Transition {
    return this.reply({ kind: 'fault', code, message: 'a fault', retryable });
  }

  /** The sender could not hand the awaited command to any queue. */
  unsent(code = 'UNROUTABLE'): Transition {
    const { step, direction } = this.awaited ?? { step: '', direction: 'do' as const };
    const about = { step, direction, attempt: this.attempt };
    return this.apply({ kind: 'unsent', ...about, code, message: 'not sent', ...this.moment() });
  }

  /** The database refuses what the last event led to. */
  refused(): Transition {
    return this.apply({ kind: 'refused', code: '23514', message: 'not so', ...this.moment() });
  }

  /** Nothing happens until the saga's wake-up time, and then it is woken. */
  wake(): Transition {
    if (isOpen(this.instance)) this.nowMs = Math.max(this.nowMs, this.instance.wakeAtMs);
    return this.apply({ kind: 'wake', ...this.moment() });
  }

  resumed(): Transition {
    return this.apply({ kind: 'resumed', ...this.moment() });
  }

  /** An operator asks for something. */
  operator(action: OperatorAction): Transition {
    return this.apply({ kind: 'operator', action, ...this.moment() });
  }

  /** A signal comes; each has an id of its own unless one is given. */
  signal(name: string, data?: unknown, id = `signal-${++this.signals}`): Transition {
    const signal = { id, name, data: data ?? this.options.signals?.[name] };
    return this.apply({ kind: 'signalled', signal, by: OWNER, ...this.moment() });
  }

  /** The time of its wait comes, and a timer takes the saga. */
  due(): void {
    if (this.instance.phase !== 'waiting') return;
    this.nowMs = Math.max(this.nowMs, this.instance.dueAtMs);
    this.instance = dueSaga(this.instance, OWNER, this.nowMs);
  }

  /** The same, and the saga leaves the wait. */
  timeOut(): void {
    this.due();
    this.wake();
  }

  /** Wakes the saga until it waits for a reply again: its pause is over. */
  wakeUntilSent(): void {
    while (isOpen(this.instance) && this.instance.waitingFor !== 'reply') this.wake();
  }

  apply(event: SagaEvent): Transition {
    const before = this.instance;
    const decision = transition(this.definition, before, event, this.settings);
    this.witness.see(before, event.kind, decision);
    this.instance = decision.instance;
    this.handOut(decision);
    return decision;
  }

  trace(): string[] {
    return trace(this.witness.log);
  }

  private moment(): { nowMs: number; random: number } {
    return { nowMs: this.nowMs, random: 0.5 };
  }

  private handOut(decision: Transition): void {
    for (const effect of decision.effects) {
      if (effect.kind !== 'send') continue;
      const { name, step, direction } = effect.command;
      const data = this.checkedData(effect.command, decision.instance);
      this.sent.push({ name, step, direction, attempt: effect.attempt, data });
    }
  }

  /** The data of a command, which may depend on nothing but what is in the saga's row. */
  private checkedData(command: PlannedCommand, saga: SagaInstance): unknown {
    try {
      const data = command.data(frozen(saga));
      const again = command.data(frozen(insertedRow(saga)));
      if (canonicalJson(data) !== canonicalJson(again)) {
        this.breach(`${command.name} has other data once its saga is read from its row`);
      }
      return data;
    } catch (error) {
      this.breach(`${command.name} cannot be made: ${reasonOf(error)}`);
      return undefined;
    }
  }

  private checkKeep(name: string, response: unknown): void {
    const step = this.definition.steps.find((one) => one.name === name);
    if (!step?.keep) return;
    try {
      const [one, other] = [storedCopy(response), storedCopy(response)].map((copy) =>
        canonicalJson(step.keep?.(frozen(copy))),
      );
      if (one !== other) this.breach(`what ${name} keeps of one response is not always the same`);
    } catch {
      // The transition says what comes of it.
    }
  }

  private breach(problem: string): void {
    const { problems } = this.witness;
    if (!problems.includes(problem)) problems.push(problem);
  }
}

/** So that a definition which changes what it is given throws. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) frozen(member);
  return value;
}
