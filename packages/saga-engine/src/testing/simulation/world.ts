import type { SagaInstance } from '../../core/instance.js';
import type { OutgoingCommand } from '../../runtime/ports.js';
import type { ReplyOutcome } from '../../core/transition.js';
import type { Chance } from './chance.js';

/** A process, alive or not: what it waits for does not happen while it is paused. */
export interface Actor {
  /** Infinity for one that died. */
  readonly pausedUntilMs: number;
}

/** Something on its way: it happens at any moment from `notBeforeMs` on, in any order. */
export interface Pending {
  readonly kind: 'command' | 'reply' | 'work' | 'answer';
  readonly name: string;
  readonly actor: Actor | undefined;
  notBeforeMs: number;
  readonly happen: () => void;
}

interface Timer {
  readonly atMs: number;
  readonly actor: Actor | undefined;
  readonly ring: () => void;
}

/** Something bad that may happen now. */
export interface Mishap {
  readonly name: string;
  readonly happen: () => void;
}

/** The services that a saga commands, with whatever goes on in them by itself. */
export interface SimulatedParticipants {
  /** `answer` may be called at once, later, or never; the broker may still lose what it is given. */
  handle(command: OutgoingCommand, answer: (outcome: ReplyOutcome) => void): void;
  /** What else may go wrong with them, as things are now. */
  mishaps?(): readonly Mishap[];
  /** Every breach at the end, when all sagas ended and everything late has arrived. */
  problems(sagas: readonly SagaInstance[]): readonly string[];
}

const BEGINS_AT_MS = 1_000_000;
/** What one thing that happens takes. */
const STEP_MS = 3;
/** How many faults a run has: most bugs need few, some need many. */
const FAULTS = [0, 1, 2, 3, 4, 5, 6, 8, 12, 20];

/**
 * What one fault costs a saga at most, beside what it lasts: a reply timeout and a pause, or the
 * silence of an owner, the time in which its heir makes sure of it, and a takeover.
 */
const FAULT_COSTS_MS = 15_000;

/** Time, chance and everything that is on its way. */
export class World {
  nowMs = BEGINS_AT_MS;
  readonly problems: string[] = [];
  pending: Pending[] = [];
  /** Queues that have no reader for a while: until when, by name. */
  readonly unreadUntilMs = new Map<string, number>();
  /** Queues whose reader takes commands and does them only later: until when, by name. */
  readonly hangsUntilMs = new Map<string, number>();
  /** All processes lose the database at once: until when. */
  databaseAwayUntilMs = 0;
  /** The broker takes no message: until when. */
  brokerAwayUntilMs = 0;
  /** At most so much time all faults of this run together cost one saga. */
  troubleMs = 0;
  private timers: Timer[] = [];
  private faultsLeft: number;

  constructor(
    readonly chance: Chance,
    /** Where a person may read what happened; nothing is told without it. */
    readonly lines: string[] | undefined,
  ) {
    this.faultsLeft = chance.pick(FAULTS);
  }

  /** True once in `times`, as long as this run has faults left. */
  fault(times: number): boolean {
    if (this.faultsLeft === 0 || !this.chance.onceIn(times)) return false;
    this.faultsLeft--;
    this.troubleMs += FAULT_COSTS_MS;
    return true;
  }

  /** How long a fault lasts. */
  lasting(durationsMs: readonly number[]): number {
    const durationMs = this.chance.pick(durationsMs);
    this.troubleMs += durationMs;
    return durationMs;
  }

  get isDatabaseAway(): boolean {
    return this.nowMs < this.databaseAwayUntilMs;
  }

  get isBrokerUnavailable(): boolean {
    return this.nowMs < this.brokerAwayUntilMs;
  }

  get isFair(): boolean {
    return this.faultsLeft === 0;
  }

  tell(line: () => string): void {
    if (!this.lines) return;
    this.lines.push(`${((this.nowMs - BEGINS_AT_MS) / 1000).toFixed(2).padStart(7)} s  ${line()}`);
  }

  breach(problem: string): void {
    this.problems.push(problem);
  }

  put(
    kind: Pending['kind'],
    name: string,
    happen: () => void,
    actor?: Actor,
    notBeforeMs = this.nowMs,
  ): void {
    if (actor?.pausedUntilMs === Infinity) return;
    this.pending.push({ kind, name, happen, actor, notBeforeMs });
  }

  /** Work of a participant that goes on by itself: it ends at any moment. */
  later(name: string, work: () => void): void {
    this.put('work', name, work);
  }

  after(delayMs: number, ring: () => void, actor?: Actor): () => void {
    const timer = { atMs: this.nowMs + Math.max(delayMs, 0), ring, actor };
    this.timers.push(timer);
    return () => {
      const at = this.timers.indexOf(timer);
      if (at !== -1) this.timers.splice(at, 1);
    };
  }

  /** Forgets what a process waited for: it died. */
  forget(actor: Actor): void {
    this.timers = this.timers.filter((timer) => timer.actor !== actor);
    this.pending = this.pending.filter((pending) => pending.actor !== actor);
  }

  /** One thing happens: something on its way arrives, or time passes until a timer rings. */
  turn(): void {
    const ready = this.pending.filter((one) => dueAtMs(one.notBeforeMs, one) <= this.nowMs);
    if (ready.length === 0 || (!this.isFair && this.chance.onceIn(16))) return this.passTime();
    const next = ready.length === 1 ? ready[0]! : this.chance.pick(ready);
    this.remove(next);
    this.nowMs += STEP_MS;
    next.happen();
  }

  remove(pending: Pending): void {
    this.pending.splice(this.pending.indexOf(pending), 1);
  }

  private passTime(): void {
    let first: Timer | undefined;
    let firstAtMs = Infinity;
    for (const timer of this.timers) {
      const atMs = dueAtMs(timer.atMs, timer);
      if (atMs >= firstAtMs) continue;
      first = timer;
      firstAtMs = atMs;
    }
    for (const pending of this.pending) {
      const atMs = dueAtMs(pending.notBeforeMs, pending);
      if (atMs <= this.nowMs || atMs >= firstAtMs) continue;
      first = undefined;
      firstAtMs = atMs;
    }
    if (firstAtMs !== Infinity) this.nowMs = Math.max(this.nowMs, firstAtMs);
    if (!first) return;
    this.timers.splice(this.timers.indexOf(first), 1);
    first.ring();
  }
}

function dueAtMs(atMs: number, { actor }: { readonly actor: Actor | undefined }): number {
  return actor && actor.pausedUntilMs > atMs ? actor.pausedUntilMs : atMs;
}
