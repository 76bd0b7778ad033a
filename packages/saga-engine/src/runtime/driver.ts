import { observe } from './record-transition.js';
import { Alarms } from './alarms.js';
import type { SagaDefinition } from '../core/define.js';
import type { DriverPorts } from './driver-ports.js';
import { Dispatch, errorOf } from './dispatch.js';
import {
  isEnded,
  isOpen,
  traceOf,
  type EndedSaga,
  type OpenSaga,
  type SagaInstance,
} from '../core/instance.js';
import { ActiveSagas } from './active-sagas.js';
import { ActiveSaga, type Applied, type ArrivingEvent } from './active-saga.js';
import { pause } from './loop.js';
import { EngineStopped, RowLocked, WriteRefused } from './refused.js';
import { saveTransition, type Saved } from './saving.js';
import { transition, type Transition } from '../core/transition.js';

export type { DriverPorts } from './driver-ports.js';

/** What was committed beside the turns of a saga, and when it was decided, by the monotonic clock. */
export interface Followed {
  readonly definition: SagaDefinition;
  readonly before: SagaInstance;
  readonly event: ArrivingEvent;
  readonly decision: Transition;
  readonly atMs: number;
}

/** A write that fails so often, while its row can be read, counts as refused. */
const FAILED_WRITES_MAX = 5;

/**
 * Drives the sagas of this instance: decide, save, execute the effects. A saga has at most one
 * transition in flight, and nothing is sent that is not committed.
 */
export class Driver {
  readonly sagas = new ActiveSagas();
  private readonly alarms: Alarms<ActiveSaga>;
  private readonly dispatch: Dispatch;
  private isStopped = false;
  private busyCount = 0;
  private onIdle: (() => void) | undefined;

  constructor(private readonly ports: DriverPorts) {
    this.alarms = new Alarms(
      () => ports.clock.nowMs(),
      (active) => this.wake(active),
      ports.timers,
    );
    this.dispatch = new Dispatch(ports, {
      sentLater: (active) => this.alarms.arm(active),
      unsent: (active, event) => this.submitQuietly(active, event),
    });
  }

  /** How many of their commands wait for a place in their queue. */
  get heldBack(): number {
    return this.dispatch.heldBack;
  }

  get stopped(): boolean {
    return this.isStopped;
  }

  /** A saga just inserted: its first command may go out, unless the scan was there first. */
  begin(definition: SagaDefinition, first: Transition, preparedAtMs: number): void {
    if (this.sagas.find(first.instance.sagaId)) return;
    const active = new ActiveSaga(definition, first.instance, 'started');
    this.sagas.add(active);
    this.handOut(active, first, preparedAtMs);
  }

  /**
   * A transition that was committed beside the turns of its saga: a signal's, or an operator's of a
   * saga that waits. When this instance owns the saga, it goes on from there.
   */
  follow({ definition, before, event, decision, atMs }: Followed): void {
    const { instance, answer } = decision;
    observe(this.ports, before, event, instance);
    const known = this.sagas.find(instance.sagaId);
    if (answer?.kind === 'kept') {
      // A write in flight fails its guard, and its saga is read from the row.
      if (!known || known.isBusy || known.instance.version !== before.version) return;
      const { version, waits } = instance;
      known.instance = { ...known.instance, version, waits };
      return;
    }
    // What is in flight fails its guard, or what comes next does; then the row is read.
    if (known?.isBusy) return this.submitQuietly(known, { kind: 'resumed' });
    if (this.isStopped || (known && known.instance.version >= instance.version)) return;
    const active = known ?? new ActiveSaga(definition, instance, 'adopted');
    this.dispatch.settle(active);
    active.instance = instance;
    this.sagas.add(active);
    this.sagas.moved(active);
    this.handOut(active, decision, atMs);
  }

  /** A saga read from its row: taken over, or found again. What it awaits is sent once more. */
  adopt(definition: SagaDefinition, row: OpenSaga): boolean {
    const active = this.take(definition, row);
    if (active) this.submitQuietly(active, { kind: 'resumed' });
    return active !== undefined;
  }

  /** The same, with nothing sent yet; undefined when memory is as new as the row, or busy. */
  take(definition: SagaDefinition, row: OpenSaga): ActiveSaga | undefined {
    const known = this.sagas.find(row.sagaId);
    if (known && (known.isBusy || known.instance.version >= row.version)) return undefined;
    const active = known ?? new ActiveSaga(definition, row, 'adopted');
    this.dispatch.readAgain(active, row);
    this.sagas.add(active);
    return active;
  }

  /** Resolves once the event is committed or named a no-op. Rejects with EngineStopped. */
  submit(active: ActiveSaga, event: ArrivingEvent): Promise<Applied> {
    if (this.isStopped) return Promise.reject(new EngineStopped());
    if (!active.isBusy) return this.serve(active, event);
    return new Promise((resolve, reject) => active.turns.push({ event, resolve, reject }));
  }

  /** For events without a caller: when one fails, the scan finds the saga again. */
  submitQuietly(active: ActiveSaga, event: ArrivingEvent): void {
    this.submit(active, event).catch((error: unknown) => {
      if (error instanceof EngineStopped) return;
      this.ports.logger.error({ ...traceOf(active.instance), err: error }, 'event failed');
    });
  }

  /** Takes nothing new, waits for what is in flight and gives up all sagas. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.alarms.stop();
    this.dispatch.stop();
    if (this.busyCount > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
    for (const active of this.sagas.all()) active.letGo(undefined);
    this.sagas.clear();
  }

  private wake(active: ActiveSaga): void {
    if (!active.isBusy) this.submitQuietly(active, { kind: 'wake' });
  }

  private async serve(active: ActiveSaga, event: ArrivingEvent): Promise<Applied> {
    active.isBusy = true;
    this.busyCount++;
    try {
      return await this.apply(active, event);
    } catch (error) {
      // It would fail again at once. The scan finds the saga later.
      if (this.sagas.has(active)) this.drop(active, undefined);
      throw error;
    } finally {
      active.isBusy = false;
      this.busyCount--;
      this.next(active);
      if (this.busyCount === 0) this.onIdle?.();
    }
  }

  private next(active: ActiveSaga): void {
    if (this.isStopped) active.refuseTurns(new EngineStopped());
    const turn = active.turns.shift();
    if (turn) this.submit(active, turn.event).then(turn.resolve, turn.reject);
    else if (this.sagas.has(active)) this.alarms.arm(active);
  }

  /**
   * Repeats until the event is committed or ignored. After a failed version check or a lost commit,
   * it reads the row, continues from it, applies the event again, and sends the awaited command.
   */
  private async apply(active: ActiveSaga, event: ArrivingEvent): Promise<Applied> {
    let failed = 0;
    for (let tries = 0; ; tries++) {
      if (!this.sagas.has(active)) return 'not-here';
      const { version } = active.instance;
      const decidedAtMs = this.ports.timers.nowMs();
      const decision = this.decide(active, event, tries > 0);
      if (decision.ignored) return this.ignore(active, event, decision.ignored);
      if (event.kind === 'replied') this.ports.reached('reply-before-commit');
      const saved = await this.save(active, event, decision);
      if (saved === 'saved') {
        this.committed(active, event, decision, decidedAtMs);
        return 'applied';
      }
      if (saved instanceof WriteRefused) return this.park(active, saved);
      await this.reread(active, saved, tries);
      // A reply that arrived meanwhile has precedence over the silence before it.
      if (event.kind === 'wake' && active.turns.length > 0) return 'too-early';
      const isFault = saved instanceof Error && !(saved instanceof RowLocked);
      failed = isFault && active.instance.version === version ? failed + 1 : 0;
      if (failed < FAILED_WRITES_MAX || !this.sagas.has(active)) continue;
      const { code, message } = errorOf(saved, 'WRITE_FAILED');
      return this.park(active, new WriteRefused(code, message, saved));
    }
  }

  /** Parks the saga and writes the reason. If that write fails too, it is parked in memory only. */
  private async park(active: ActiveSaga, { code, message }: WriteRefused): Promise<Applied> {
    const event = { kind: 'refused', code, message } as const;
    const atMs = this.ports.timers.nowMs();
    const decision = this.decide(active, event, false);
    const saved = await this.save(active, event, decision);
    if (saved === 'saved') this.committed(active, event, decision, atMs);
    else if (saved === 'guard-failed') await this.reread(active, saved, 0);
    else {
      // The row is as it was, and so is the version that the next write follows.
      const instance = { ...decision.instance, version: active.instance.version };
      this.committed(active, event, { ...decision, instance }, atMs);
    }
    return 'not-written';
  }

  private decide(active: ActiveSaga, event: ArrivingEvent, isReread: boolean): Transition {
    const { clock, settings } = this.ports;
    const [nowMs, random] = [clock.nowMs(), this.ports.random()];
    const now = this.dispatch.asSentNow(active);
    const decision = transition(active.definition, now, { nowMs, random, ...event }, settings);
    if (!decision.ignored || !isReread) return decision;
    return transition(active.definition, now, { kind: 'resumed', nowMs, random }, settings);
  }

  private ignore(active: ActiveSaga, event: ArrivingEvent, reason: Applied): Applied {
    if (event.kind === 'replied') {
      const { step, direction, attempt } = event;
      this.ports.counters.count('ignored');
      const about = { ...traceOf(active.instance), step, direction, attempt, reason };
      this.ports.logger.debug(about, 'reply ignored: its command is not awaited');
    }
    return reason;
  }

  private save(active: ActiveSaga, event: ArrivingEvent, decision: Transition): Promise<Saved> {
    return saveTransition(this.ports, active.instance as OpenSaga, event, decision);
  }

  private committed(active: ActiveSaga, event: ArrivingEvent, decision: Transition, atMs: number) {
    observe(this.ports, active.instance, event, decision.instance);
    active.instance = decision.instance;
    this.sagas.moved(active);
    this.dispatch.settle(active);
    this.handOut(active, decision, atMs);
    if (event.kind === 'replied') this.ports.reached('commit-before-ack');
  }

  /** Waits for the database without a limit, and continues from the row. */
  private async reread(active: ActiveSaga, why: Saved, tries: number): Promise<void> {
    const { store, logger, counters, settings, timers } = this.ports;
    const trace = traceOf(active.instance);
    counters.count(why === 'guard-failed' ? 'guard-failed' : 'outcome-unknown');
    for (let pauses = tries; ; pauses++) {
      const pauseMs = Math.min(settings.rereadMaxMs, 50 * 2 ** Math.min(pauses, 10));
      if (pauses > 0) await pause(timers, pauseMs);
      if (this.isStopped) throw new EngineStopped();
      try {
        const row = await store.load(trace.sagaId);
        if (row && row.owner === store.instanceId) return this.adoptRow(active, row);
        counters.count('dropped');
        logger.info({ ...trace, owner: row?.owner }, 'saga has another owner, no longer driven');
        return this.drop(active, undefined);
      } catch (error) {
        logger.debug({ ...trace, err: error }, 'the database does not answer yet');
      }
    }
  }

  private adoptRow(active: ActiveSaga, row: SagaInstance): void {
    this.dispatch.readAgain(active, row);
    if (isEnded(row)) this.finish(active, row);
    else if (!isOpen(row)) this.drop(active, undefined);
  }

  private handOut(active: ActiveSaga, decision: Transition, atMs: number): void {
    for (const effect of decision.effects) {
      if (effect.kind === 'send') this.dispatch.send(active, effect, atMs);
      else if (effect.kind === 'wake') this.alarms.arm(active);
      else if (effect.kind === 'waits') this.drop(active, undefined);
      else this.finish(active, decision.instance as EndedSaga);
    }
  }

  private finish(active: ActiveSaga, ended: EndedSaga): void {
    this.ports.counters.count(ended.phase);
    this.drop(active, ended);
  }

  private drop(active: ActiveSaga, ended: EndedSaga | undefined): void {
    this.sagas.remove(active);
    this.dispatch.settle(active);
    this.alarms.disarm(active);
    active.letGo(ended);
  }
}
