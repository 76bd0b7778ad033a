import { backoffMs } from '../../core/backoff.js';
import type { SagaDefinition } from '../../core/define.js';
import type { ForwardSaga, SagaFailure } from '../../core/instance.js';
import type { RetrySettings } from '../../core/settings.js';
import type { OutgoingCommand, SagaWrite } from '../../runtime/ports.js';
import type { ReplyOutcome } from '../../core/transition.js';
import type { World } from './world.js';

/** What became of one step's command in one saga. */
interface Tries {
  /** Attempts that the broker accepted from any instance, or that ended in a fault. */
  readonly attempts: Set<number>;
  /** By process: when the broker took its first one. */
  readonly firstSentAtMs: Map<string, number>;
  /** A participant said that trying again is pointless. */
  isPointless: boolean;
}

/** The last retry would come too late when less than a pause is left, and after few tries that is short. */
const TOLERANCE_MS = 5_000;
const CLOCKS_DIFFER_MS = 1_400;
/** What a saga and one of its steps take without any fault, at most. */
const UNDISTURBED_MS = 10_000;
const UNDISTURBED_STEP_MS = 5_000;

/**
 * Goodput: which sagas were undone although nothing required it. What requires it is a business
 * rejection, an operator, an answer after which retrying is pointless, or a lasting fault: as many
 * unanswered or failed attempts as the step has, each of which the broker took, or was recorded
 * without its process getting to know; no outcome for as long as the step may take, counted from
 * when the deciding process had it sent; or so many faults that the step, or the saga, could not
 * have ended within its deadline.
 */
export class NeedlessUndos {
  readonly problems: string[] = [];
  private readonly tries = new Map<string, Tries>();

  constructor(
    private readonly definitionOf: (sagaId: string) => SagaDefinition,
    private readonly world: World,
    private readonly retries: RetrySettings,
  ) {}

  /** The broker took it. */
  sent(command: OutgoingCommand, by: string): void {
    if (command.direction !== 'do') return;
    const { attempts, firstSentAtMs } = this.triesOf(command.sagaId, command.step);
    attempts.add(command.attempt);
    if (!firstSentAtMs.has(by)) firstSentAtMs.set(by, this.world.nowMs);
  }

  /** What a save says was committed, or may be; its process only learns it from a later look. */
  savedUnknown({ instance }: SagaWrite): void {
    if (instance.phase !== 'forward') return;
    this.triesOf(instance.sagaId, instance.awaited).attempts.add(instance.attempt);
  }

  answered({ sagaId, step, direction }: OutgoingCommand, outcome: ReplyOutcome): void {
    if (direction !== 'do' || outcome.kind === 'done') return;
    const isPointless = outcome.kind === 'rejected' || outcome.retryable === false;
    if (isPointless) this.triesOf(sagaId, step).isPointless = true;
  }

  /** A transition was committed. */
  saved({ before, instance }: SagaWrite, by: string): void {
    if (before.phase !== 'forward') return;
    if (instance.phase !== 'backward' && instance.phase !== 'undone') return;
    const { failure } = instance;
    if (this.isRequired(before, failure, by)) return;
    const { sagaId } = before;
    const problem = `${sagaId} is undone needlessly by ${by}: ${failure.code} in ${failure.step}`;
    this.problems.push(problem);
    this.world.tell(() => `! ${problem}`);
  }

  private isRequired(saga: ForwardSaga, failure: SagaFailure, by: string): boolean {
    const { world } = this;
    const definition = this.definitionOf(saga.sagaId);
    if (failure.kind === 'rejected' || failure.code === 'OPERATOR_COMPENSATED') return true;
    const step = definition.steps.find(({ name }) => name === failure.step)!;
    const { attempts, firstSentAtMs, isPointless } = this.triesOf(saga.sagaId, failure.step);
    if (isPointless || attempts.size >= step.attemptsMax) return true;
    if (step.pausesMs[failure.code]) return true;
    const waitedMs = world.nowMs - (firstSentAtMs.get(by) ?? Infinity);
    const toleranceMs = this.toleranceMs(attempts.size);
    if (waitedMs >= step.deadlineMs - toleranceMs) return true;
    // Other processes may have had it sent, and faults have used up what was left of its time.
    const sinceFirstMs = world.nowMs - Math.min(...firstSentAtMs.values());
    const ofStep = { toleranceMs, undisturbedMs: UNDISTURBED_STEP_MS };
    if (this.isUsedUp(step.deadlineMs, sinceFirstMs, ofStep)) return true;
    const sinceStartMs = world.nowMs - (saga.sagaDeadlineAtMs - definition.deadlineMs);
    const ofSaga = { toleranceMs, undisturbedMs: UNDISTURBED_MS };
    return this.isUsedUp(definition.deadlineMs, sinceStartMs, ofSaga);
  }

  /** The next try of a step that was tried often comes after a long pause. */
  private toleranceMs(attempts: number): number {
    return Math.max(TOLERANCE_MS, CLOCKS_DIFFER_MS + backoffMs(this.retries, attempts, 1));
  }

  /** The deadline has passed, and so many faults happened that without them it might not have. */
  private isUsedUp(
    deadlineMs: number,
    passedMs: number,
    { toleranceMs, undisturbedMs }: { toleranceMs: number; undisturbedMs: number },
  ): boolean {
    if (passedMs < deadlineMs - toleranceMs) return false;
    return this.world.troubleMs >= deadlineMs - undisturbedMs;
  }

  private triesOf(sagaId: string, step: string): Tries {
    const key = `${sagaId}:${step}`;
    let tries = this.tries.get(key);
    if (!tries) {
      tries = { attempts: new Set(), firstSentAtMs: new Map(), isPointless: false };
      this.tries.set(key, tries);
    }
    return tries;
  }
}
