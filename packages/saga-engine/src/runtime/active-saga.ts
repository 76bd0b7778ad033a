import type { Sleeper } from './alarms.js';
import type { SagaDefinition } from '../core/define.js';
import { isOpen, type EndedSaga, type SagaInstance } from '../core/instance.js';
import type { Timers } from './ports.js';
import type { SendPermit } from './send-window.js';
import type { IgnoredReason, SagaEvent } from '../core/transition.js';

type WithoutMoment<Event> = Event extends unknown ? Omit<Event, 'nowMs' | 'random'> : never;

/** An event as it arrives; time and chance are added when its turn has come. */
export type ArrivingEvent = WithoutMoment<SagaEvent>;

/**
 * What became of an event: applied, or why it changed nothing. `not-written`: the database refuses
 * the write, and the saga is parked.
 */
export type Applied = 'applied' | 'not-here' | 'not-written' | IgnoredReason;

export interface Turn {
  readonly event: ArrivingEvent;
  readonly resolve: (applied: Applied) => void;
  readonly reject: (error: unknown) => void;
}

/** A saga that this engine drives, in memory: one event at a time, the others wait for their turn. */
export class ActiveSaga implements Sleeper {
  alarmAtMs = Infinity;
  alarmPlace = -1;
  isBusy = false;
  /** Its awaited command's place in the queue, from the commit to the answer or the deadline. */
  permit: SendPermit | undefined;
  readonly turns: Turn[] = [];
  private waiters: ((ended: EndedSaga | undefined) => void)[] | undefined;

  constructor(
    readonly definition: SagaDefinition,
    public instance: SagaInstance,
    readonly origin: 'started' | 'adopted',
  ) {}

  /** True while its command waits to be sent: its deadlines count from the sending. */
  get isHeldBack(): boolean {
    return this.permit?.isHeldBack ?? false;
  }

  wakeAtMs(): number {
    const { instance } = this;
    if (!isOpen(instance)) return Infinity;
    if (!this.isHeldBack) return instance.wakeAtMs;
    return instance.stepDeadlineAtMs === undefined ? Infinity : instance.sagaDeadlineAtMs;
  }

  /** A saga started here that goes forward; undoing, and what others left, is not new work. */
  get isNewWork(): boolean {
    return this.origin === 'started' && this.instance.phase === 'forward';
  }

  /**
   * Resolves with the ended saga, or with undefined after `maxMs` or when this instance drops it.
   */
  ended(maxMs: number, timers: Timers): Promise<EndedSaga | undefined> {
    return new Promise((resolve) => {
      const waiters = (this.waiters ??= []);
      const callOff = timers.after(maxMs, () => {
        waiters.splice(waiters.indexOf(settle), 1);
        resolve(undefined);
      });
      const settle = (ended: EndedSaga | undefined): void => {
        callOff();
        resolve(ended);
      };
      waiters.push(settle);
    });
  }

  /** Rejects all events that wait for their turn. */
  refuseTurns(why: Error): void {
    for (const { reject } of this.turns.splice(0)) reject(why);
  }

  /** Tells all callers that wait; without an ended saga they have to read the row instead. */
  letGo(ended: EndedSaga | undefined): void {
    const waiters = this.waiters;
    this.waiters = undefined;
    if (waiters) for (const settle of waiters) settle(ended);
  }
}
