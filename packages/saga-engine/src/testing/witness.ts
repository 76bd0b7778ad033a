import { undoOf, type SagaDefinition } from '../core/define.js';
import {
  currentStepOf,
  isEnded,
  isOpen,
  NO_OWNER,
  type SagaInstance,
  type SagaLog,
} from '../core/instance.js';
import { standOf } from '../core/signal.js';
import type { Transition } from '../core/transition.js';

interface Seen {
  started: number;
  ended: SagaLog[];
}

/**
 * Checks every transition of a saga, and notes each breach of what must hold for all sagas,
 * whatever happens to them. The sweep and the property tests use it.
 */
export class Witness {
  readonly problems: string[] = [];
  readonly log: SagaLog[] = [];
  private readonly seen = new Map<string, Seen>();
  private readonly undosInOrder: number[] = [];

  constructor(private readonly definition: SagaDefinition) {}

  /** The saga was started. */
  begin(first: Transition): void {
    this.note(first.logs);
    this.checkOpen(first.instance, first);
  }

  /** The saga was driven by another definition until now, which wrote these rows. */
  resume(logs: readonly SagaLog[]): void {
    this.note(logs);
  }

  /** One event was decided. */
  see(before: SagaInstance, what: string, decision: Transition): void {
    const after = decision.instance;
    if (decision.ignored) {
      const changed = after !== before || decision.logs.length > 0 || decision.effects.length > 0;
      this.check(!changed, `${what} was ignored (${decision.ignored}) and changed something`);
      return;
    }
    this.check(!isEnded(before), `${what} changed a finished saga`);
    this.check(after.version === before.version + 1, `${what} did not raise the version by one`);
    this.check(decision.logs.length <= 2, `${what} wrote more than two log rows`);
    this.note(decision.logs);
    this.checkDirection(before, after, what);
    this.checkAttempts(before, after, what);
    this.checkOpen(after, decision);
    if (after.phase === 'waiting') this.checkWait(after, decision);
    if (isEnded(after)) this.checkEnd(after, decision);
  }

  private note(logs: readonly SagaLog[]): void {
    for (const row of logs) {
      this.log.push(row);
      const seen = this.seen.get(row.step) ?? { started: 0, ended: [] };
      this.seen.set(row.step, seen);
      if (row.status === 'STARTED') seen.started++;
      else seen.ended.push(row);
      this.check(seen.started === 1, `${row.step} has ${seen.started} STARTED rows`);
      this.check(seen.ended.length <= 1, `${row.step} has ${seen.ended.length} end rows`);
      if (row.status === 'STARTED') this.noteUndo(row.step);
    }
  }

  private noteUndo(name: string): void {
    const command = this.definition.commands.get(name);
    if (command?.direction !== 'undo') return;
    const last = this.undosInOrder.at(-1) ?? Infinity;
    this.check(command.index < last, `${name} is not undone in reverse order`);
    this.undosInOrder.push(command.index);
  }

  private checkDirection(before: SagaInstance, after: SagaInstance, what: string): void {
    const isTurned = ['backward', 'undone'].includes(after.phase) && before.phase !== 'backward';
    const isReturned = before.phase === 'backward' && !['backward', 'undone'].includes(after.phase);
    this.check(!isReturned, `${what} turned a saga forward again`);
    if (!isTurned) return;
    const at = currentStepOf(before);
    const isRejected = this.seen.get(at)?.ended[0]?.data?.outcome === 'rejected';
    this.check(
      !standOf(this.definition, before)?.pastPivot || isRejected,
      `${what} turned a saga round that had passed its pivot`,
    );
  }

  private checkAttempts(before: SagaInstance, after: SagaInstance, what: string): void {
    if (!isOpen(before) || !isOpen(after)) return;
    const same = before.awaited === after.awaited;
    const grew = after.attempt - before.attempt;
    this.check(!same || grew === 0 || grew === 1, `${what} moved the attempt by ${grew}`);
    this.check(same || after.attempt === 1, `${after.awaited} begins at attempt ${after.attempt}`);
  }

  private checkOpen(saga: SagaInstance, decision: Transition): void {
    if (!isOpen(saga)) return;
    const sends = decision.effects.filter((effect) => effect.kind === 'send');
    const wakes = decision.effects.filter((effect) => effect.kind === 'wake');
    this.check(
      wakes.length === 1 && wakes[0]?.atMs === saga.wakeAtMs,
      'no wake-up is set for the saga',
    );
    this.check(sends.length <= 1, 'one transition sends two commands');
    for (const { command, attempt } of sends) {
      const awaited = command.name === saga.awaited && attempt === saga.attempt;
      this.check(awaited, `${command.name} is sent, but ${saga.awaited} is awaited`);
      this.check(
        this.seen.get(command.name)?.started === 1,
        `${command.name} is sent, but its undo was never registered by a STARTED row`,
      );
    }
  }

  private checkWait(saga: SagaInstance & { phase: 'waiting' }, decision: Transition): void {
    const isLeft = decision.effects.length === 1 && decision.effects[0]?.kind === 'waits';
    this.check(isLeft && saga.owner === NO_OWNER, `${saga.waitsAt} waits, and is driven`);
    this.check(Number.isFinite(saga.dueAtMs), `${saga.waitsAt} waits for ever`);
  }

  private checkEnd(saga: SagaInstance, decision: Transition): void {
    this.check(
      decision.effects.length === 1 && decision.effects[0]?.kind === 'finished',
      'no end effect',
    );
    this.checkEffects(saga);
  }

  /** What an ended saga did is all there, or all taken back. */
  checkEffects(saga: SagaInstance): void {
    for (const [name, seen] of this.seen) {
      this.check(seen.ended.length === 1, `${name} has no end row`);
    }
    for (const step of this.definition.steps) {
      if (saga.waits?.skipped.includes(step.name)) {
        this.check(!this.seen.has(step.name), `${step.name} was skipped, and begun`);
        continue;
      }
      const ended = this.seen.get(step.name)?.ended[0];
      const undo = undoOf(this.definition, step);
      const undone = undo && this.seen.get(undo.name)?.ended[0];
      if (saga.phase === 'done') {
        this.check(ended?.status === 'COMPLETED', `DONE, but ${step.name} is not`);
        this.check(!undone, `DONE, but ${step.name} was undone`);
        continue;
      }
      const mayHaveHappened = ended?.status === 'COMPLETED' || ended?.data?.outcome === 'unknown';
      if (!undo) {
        const isTakenBack = step.noUndo !== undefined || step.pastPivot || !mayHaveHappened;
        this.check(isTakenBack, `nothing takes back what ${step.name} did`);
      } else if (mayHaveHappened) {
        this.check(undone?.status === 'COMPLETED', `undo of ${step.name} was skipped`);
      } else if (step.undo) {
        this.check(!undone, `${step.name} was undone, but did not happen`);
      }
    }
  }

  private check(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }
}
