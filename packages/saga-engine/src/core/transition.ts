import type { PlannedCommand, PlannedStep, SagaDefinition } from './define.js';
import type { AboutCommand, Moment, OperatorAction, ReplyOutcome, SagaEvent } from './event.js';
import {
  isOpen,
  type BackwardSaga,
  type LastError,
  type OpenSaga,
  type SagaInstance,
} from './instance.js';
import { backoffMs } from './backoff.js';
import { ignored, type Transition } from './decision.js';
import { leaveWait, waitAsked } from './leaving-wait.js';
import { signalled } from './signalled.js';
import { advance, sendEffects, undoFrom, undone } from './transition-builder.js';
import { reasonOf, storedCopy } from './json.js';
import { failedRow, failureOf } from './failed.js';
import { nextPause, pausesOf } from './planned-pauses.js';
import { deadlineProblem, renewed } from './deadlines.js';
import { OPERATOR_COMPENSATED, problemOf, reasonTexts, silence, type Problem } from './problem.js';
import type { RetrySettings } from './settings.js';
import { unknownCommand } from './unknown-command.js';

export { prepare } from './transition-builder.js';
export type { Effect, IgnoredReason, Transition } from './decision.js';
export type { ActedBy, OperatorAction, ReplyOutcome, SagaEvent, Signal } from './event.js';
export type { SignalAnswer, SignalRefusal } from './signal.js';
export type { SagaStart } from './transition-builder.js';

/** The saga's next state, its log rows and what has to be done once they are committed. Pure. */
export function transition(
  definition: SagaDefinition,
  instance: SagaInstance,
  event: SagaEvent,
  settings: RetrySettings,
): Transition {
  if (event.kind === 'signalled') return signalled(definition, instance, event);
  if (instance.phase === 'waiting') return waitAsked(definition, instance, event);
  if (!isOpen(instance)) return ignored(instance, 'finished');
  const command = definition.commands.get(instance.awaited);
  if (!command) {
    const wait = definition.waits.get(instance.awaited);
    if (wait) return leaveWait(definition, instance, wait, event, settings);
    return unknownCommand(definition, instance, event, settings);
  }
  const builder = new TransitionBuilder(definition, instance, command, event, settings);
  switch (event.kind) {
    case 'replied':
      return builder.replied(event.outcome, event);
    case 'wake':
      return builder.woken();
    case 'unsent':
      return builder.unsent(reasonTexts(event), event);
    case 'refused':
      return builder.refused(reasonTexts(event));
    case 'operator':
      return builder.asked(event.action);
    default:
      return builder.resumed();
  }
}

/** Makes one transition. */
class TransitionBuilder {
  private readonly step: PlannedStep;

  constructor(
    private readonly definition: SagaDefinition,
    private readonly saga: OpenSaga,
    private readonly command: PlannedCommand,
    private readonly at: Moment,
    private readonly settings: RetrySettings,
  ) {
    this.step = definition.steps[command.index]!;
  }

  replied(outcome: ReplyOutcome, about: AboutCommand): Transition {
    if (!this.isAwaited(about)) return ignored(this.saga, 'not-awaited');
    if (outcome.kind === 'done') return this.done(outcome.response, about);
    const isRejection = outcome.kind === 'rejected' && this.command.direction === 'do';
    const problem = problemOf(outcome);
    if (isRejection && this.step.rejections.has(outcome.code)) return this.rejected(problem);
    return this.faulted(about, problem);
  }

  woken(): Transition {
    const { saga, at } = this;
    if (at.nowMs < saga.wakeAtMs) return ignored(saga, 'too-early');
    if (this.isPastDeadline())
      return this.unknown(deadlineProblem(this.saga, this.step.deadlineMs, this.at.nowMs));
    if (saga.waitingFor === 'reply')
      return this.failedAttempt(silence(this.command.replyTimeoutMs));
    return this.sendAgain(saga.waitingFor === 'retry' ? saga.attempt + 1 : saga.attempt);
  }

  /**
   * Counts as no attempt: the participant cannot have seen this one. The step's deadline stands
   * still, because it counts from the sending.
   */
  unsent(error: LastError, about: AboutCommand & { readonly retryable?: false }): Transition {
    const { saga, settings } = this;
    if (!this.isAwaited(about) || about.attempt !== saga.attempt || saga.waitingFor !== 'reply') {
      return ignored(saga, 'not-awaited');
    }
    const isPointless = about.retryable === false;
    if (isPointless && !this.isForEver()) return this.unknown({ ...error, retryable: false });
    const unsent = (saga.lastError?.unsent ?? 0) + 1;
    const isOutOfTries = isPointless || unsent >= settings.attentionAfterAttempts;
    const needsAttention = this.isForEver() && isOutOfTries;
    const pauseMs = isPointless ? settings.backoffMaxMs : this.backoffMs(unsent);
    const deadlineAtMs = this.isForEver() ? Infinity : saga.sagaDeadlineAtMs;
    const forgiven = saga.lastError?.forgiven;
    const lastError = {
      ...error,
      unsent,
      ...(forgiven !== undefined && { forgiven }),
      ...pausesOf(saga.lastError),
    };
    return this.pause('resend', lastError, needsAttention, pauseMs, deadlineAtMs);
  }

  /**
   * What the command led to cannot be written. The saga is parked at once. The same attempt is sent
   * again, more and more slowly: a repeated command gets the first one's answer. At the saga's
   * deadline the outcome is unknown, because the step's deadline counts from each sending.
   */
  refused(error: LastError): Transition {
    const { saga } = this;
    const refused = (saga.lastError?.refused ?? 0) + 1;
    const forgiven = saga.lastError?.forgiven;
    const message = `${error.code}: ${error.message}`;
    const kept = { ...(forgiven !== undefined && { forgiven }), ...pausesOf(saga.lastError) };
    const lastError = { code: 'WRITE_REFUSED', message, refused, ...kept };
    const isUnbounded = this.isForEver() || this.isPastDeadline();
    const latestMs = isUnbounded ? Infinity : saga.sagaDeadlineAtMs;
    return this.pause('resend', lastError, true, this.backoffMs(refused), latestMs);
  }

  /** The same attempt, with a new reply deadline: the reader of the old reply may be gone. */
  resumed(): Transition {
    if (this.saga.waitingFor === 'retry') return ignored(this.saga, 'nothing-to-resend');
    if (this.isPastDeadline())
      return this.unknown(deadlineProblem(this.saga, this.step.deadlineMs, this.at.nowMs));
    return this.sendAgain(this.saga.attempt);
  }

  /** Only what the saga may also do by itself, later. */
  asked(action: OperatorAction): Transition {
    const { saga } = this;
    if (action === 'compensate') return this.compensated();
    if (action === 'resume' && !saga.needsAttention) return ignored(saga, 'not-parked');
    if (this.isPastDeadline())
      return this.unknown(deadlineProblem(this.saga, this.step.deadlineMs, this.at.nowMs));
    const attempt = saga.waitingFor === 'retry' ? saga.attempt + 1 : saga.attempt;
    if (action === 'retry') return this.sendAgain(attempt);
    const { code, message } = saga.lastError ?? { code: 'PARKED', message: 'no reason is stored' };
    const lastError: LastError = { code, message, forgiven: attempt - 1 };
    return this.sendAgain(attempt, { needsAttention: false, lastError });
  }

  private compensated(): Transition {
    if (this.saga.phase === 'backward') return ignored(this.saga, 'already-undoing');
    if (this.step.pastPivot) return ignored(this.saga, 'past-pivot');
    return this.unknown({ ...OPERATOR_COMPENSATED, retryable: false });
  }

  private isAwaited(about: AboutCommand): boolean {
    return about.step === this.command.step && about.direction === this.command.direction;
  }

  /** An undo, and every step from the pivot on, is retried until it succeeds. */
  private isForEver(): boolean {
    return this.command.direction === 'undo' || this.step.pastPivot;
  }

  /** While the broker does not take it, only the saga's own deadline goes on. */
  private isPastDeadline(): boolean {
    const { waitingFor, stepDeadlineAtMs, sagaDeadlineAtMs } = this.saga;
    const isUnsent = waitingFor === 'resend' && stepDeadlineAtMs !== undefined;
    const deadlineAtMs = isUnsent ? sagaDeadlineAtMs : stepDeadlineAtMs;
    return deadlineAtMs !== undefined && this.at.nowMs >= deadlineAtMs;
  }

  private done(response: unknown, about: AboutCommand): Transition {
    const { definition, saga, command, step, at } = this;
    if (command.direction === 'undo') {
      return undone(definition, saga as BackwardSaga, command, at.nowMs);
    }
    if (!step.keep) return advance(definition, saga, command, saga, at.nowMs);
    let kept: OpenSaga['kept'];
    try {
      const all = { ...saga.kept, [step.name]: step.keep(response) };
      // What later steps see is what the row will hold, in this process and in any other.
      kept = storedCopy(all) as OpenSaga['kept'];
    } catch (error) {
      const { code, message } = reasonTexts({
        code: 'UNREADABLE_RESPONSE',
        message: reasonOf(error),
      });
      return this.faulted(about, { code, message, retryable: true });
    }
    return advance(definition, saga, command, { kept }, at.nowMs);
  }

  private rejected(problem: { code: string; message: string; details?: unknown }): Transition {
    const failure = failureOf(this.step.name, 'rejected', problem);
    const failed = failedRow(this.command.name, this.saga, failure, this.saga.lastError);
    const { definition, saga, command, at } = this;
    return undoFrom(definition, saga, command.index - 1, failure, saga.kept, [failed], at.nowMs);
  }

  /** A fault counts once, and only from the current attempt: older attempts were given up. */
  private faulted(about: AboutCommand, problem: Problem): Transition {
    if (about.attempt !== this.saga.attempt) return ignored(this.saga, 'stale-fault');
    if (this.saga.waitingFor === 'retry') return ignored(this.saga, 'already-counted');
    return this.failedAttempt(problem);
  }

  private failedAttempt(problem: Problem): Transition {
    const { saga, step, settings } = this;
    const forgiven = saga.lastError?.forgiven;
    const error: LastError = {
      code: problem.code,
      message: problem.message,
      ...(forgiven !== undefined && { forgiven }),
      ...pausesOf(saga.lastError),
    };
    if (this.isForEver()) {
      const counted = saga.attempt - (forgiven ?? 0);
      const isOutOfTries = counted >= settings.attentionAfterAttempts;
      const pauseMs = problem.retryable ? this.backoffMs(counted) : settings.backoffMaxMs;
      return this.pause('retry', error, isOutOfTries || !problem.retryable, pauseMs, Infinity);
    }
    const planned = step.pausesMs[problem.code];
    if (planned && problem.retryable) return this.pausedAsPlanned(problem, error, planned);
    const pauseMs = this.backoffMs(saga.attempt);
    const nextAtMs = this.at.nowMs + pauseMs;
    const isPatient = settings.patientCodes?.includes(problem.code) ?? false;
    const counted = saga.attempt - (error.pausesMs?.length ?? 0);
    const isOutOfTries = counted >= step.attemptsMax && !isPatient;
    const isLast = isOutOfTries || nextAtMs >= saga.stepDeadlineAtMs!;
    if (isLast || !problem.retryable) return this.unknown(problem);
    return this.pause('retry', error, false, pauseMs, Infinity);
  }

  /** Tries again after the next of the pauses that the step plans for this fault, if one is left. */
  private pausedAsPlanned(
    problem: Problem,
    error: LastError,
    planned: readonly number[],
  ): Transition {
    const next = nextPause(error, planned);
    const { nowMs } = this.at;
    if (!next || nowMs + next.pauseMs >= this.saga.stepDeadlineAtMs!) return this.unknown(problem);
    return this.pause('retry', next.lastError, false, next.pauseMs, Infinity);
  }

  /** It is unknown whether the step happened, so it is undone too. */
  private unknown(problem: Problem): Transition {
    const failure = failureOf(this.step.name, 'unknown', problem);
    const { code, message } = problem;
    const lastError = { code, message, ...pausesOf(this.saga.lastError) };
    const failed = failedRow(this.command.name, this.saga, failure, lastError);
    const { definition, saga, command, at } = this;
    return undoFrom(definition, saga, command.index, failure, saga.kept, [failed], at.nowMs);
  }

  private pause(
    waitingFor: 'retry' | 'resend',
    lastError: LastError,
    attention: boolean,
    pauseMs: number,
    latestMs: number,
  ): Transition {
    const { saga, at } = this;
    const wakeAtMs = Math.min(at.nowMs + pauseMs, latestMs);
    const needsAttention = saga.needsAttention || attention;
    const version = saga.version + 1;
    const instance = { ...saga, version, waitingFor, lastError, needsAttention, wakeAtMs };
    return { instance, logs: [], effects: [{ kind: 'wake', atMs: wakeAtMs }] };
  }

  private sendAgain(
    attempt: number,
    changes?: Pick<OpenSaga, 'needsAttention' | 'lastError'>,
  ): Transition {
    const { command, at, step } = this;
    const isUnsent = this.saga.waitingFor === 'resend';
    const saga = isUnsent ? renewed(this.saga, step.deadlineMs, at.nowMs) : this.saga;
    const wakeAtMs = Math.min(at.nowMs + command.replyTimeoutMs, saga.stepDeadlineAtMs ?? Infinity);
    const version = saga.version + 1;
    const next = { ...saga, ...changes, version, attempt, waitingFor: 'reply', wakeAtMs };
    const instance = next as OpenSaga;
    return { instance, logs: [], effects: sendEffects(instance, command) };
  }

  private backoffMs(failures: number): number {
    return backoffMs(this.settings, failures, this.at.random);
  }
}
