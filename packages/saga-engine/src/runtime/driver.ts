import { observe } from './record-transition.js';
import { Alarms } from './alarms.js';
import type { SagaDefinition } from '../core/define.js';
import type { DriverPorts } from './driver-ports.js';
import { Dispatch, errorOf } from './dispatch.js';
import { isOpen, traceOf, type EndedSaga, type OpenSaga, type SagaInstance } from '../core/instance.js';
import { Resident, type Applied, type ArrivingEvent } from './active-saga.js';
import { pause } from './loop.js';
import { RowLocked, WriteRefused } from './refused.js';
import { saveMove, type Saved } from './saving.js';
import { transition, type Transition } from '../core/transition.js';

export type { DriverPorts } from './driver-ports.js';

/** The engine is stopping: nothing was done, and another instance will take the saga. */
export class EngineStopped extends Error {
  constructor() {
    super('the saga engine is stopping');
    this.name = 'EngineStopped';
  }
}

/** So often a write may fail, while its row can be read, until it counts as refused. */
const FAILED_WRITES_MAX = 5;

/**
 * Drives the sagas of this instance: decide, save, hand out the effects. A saga has at most one
 * transition in flight, and nothing is sent that is not committed.
 */
export class Driver {
  private readonly residents = new Map<string, Resident>();
  private readonly alarms: Alarms<Resident>;
  private readonly dispatch: Dispatch;
  private isStopped = false;
  private busyCount = 0;
  private readonly newWork = new Set<Resident>();
  private adoptedCount = 0;
  private onIdle: (() => void) | undefined;

  constructor(private readonly ports: DriverPorts) {
    this.alarms = new Alarms(
      () => ports.clock.nowMs(),
      (resident) => this.wake(resident),
      ports.timers,
    );
    this.dispatch = new Dispatch(ports, {
      sentLater: (resident) => this.alarms.arm(resident),
      unsent: (resident, event) => this.submitQuietly(resident, event),
    });
  }

  get size(): number {
    return this.residents.size;
  }

  /** How many of them are parked: retried for so long that somebody has to look. */
  get needingAttention(): number {
    return this.all().filter(({ instance }) => isOpen(instance) && instance.needsAttention).length;
  }

  /** How many of them were started here and go forward. */
  get newWorkSize(): number {
    return this.newWork.size;
  }

  /** How many were taken over, or found again. */
  get adoptedSize(): number {
    return this.adoptedCount;
  }

  /** How many of their commands wait for a place in their queue. */
  get heldBack(): number {
    return this.dispatch.heldBack;
  }

  get stopped(): boolean {
    return this.isStopped;
  }

  find(sagaId: string): Resident | undefined {
    return this.residents.get(sagaId);
  }

  all(): Resident[] {
    return [...this.residents.values()];
  }

  /** A saga just inserted: its first command may go out, unless the scan was there first. */
  begin(definition: SagaDefinition, first: Transition, preparedAtMs: number): void {
    if (this.residents.has(first.instance.sagaId)) return;
    const resident = new Resident(definition, first.instance, 'started');
    this.residents.set(first.instance.sagaId, resident);
    this.newWork.add(resident);
    this.handOut(resident, first, preparedAtMs);
  }

  /** A saga read from its row: taken over, or found again. What it awaits is sent once more. */
  adopt(definition: SagaDefinition, row: OpenSaga): boolean {
    const resident = this.take(definition, row);
    if (resident) this.submitQuietly(resident, { kind: 'resumed' });
    return resident !== undefined;
  }

  /** The same, with nothing sent yet; undefined when memory is as new as the row, or busy. */
  take(definition: SagaDefinition, row: OpenSaga): Resident | undefined {
    const known = this.residents.get(row.sagaId);
    if (known && (known.isBusy || known.instance.version >= row.version)) return undefined;
    if (!known) this.adoptedCount++;
    const resident = known ?? new Resident(definition, row, 'adopted');
    this.dispatch.readAgain(resident, row);
    this.residents.set(row.sagaId, resident);
    return resident;
  }

  /** Resolves once the event is committed or named a no-op. Rejects with EngineStopped. */
  submit(resident: Resident, event: ArrivingEvent): Promise<Applied> {
    if (this.isStopped) return Promise.reject(new EngineStopped());
    if (!resident.isBusy) return this.serve(resident, event);
    return new Promise((resolve, reject) => resident.turns.push({ event, resolve, reject }));
  }

  /** Events that nobody waits for: what fails here is found again by the scan. */
  submitQuietly(resident: Resident, event: ArrivingEvent): void {
    this.submit(resident, event).catch((error: unknown) => {
      if (error instanceof EngineStopped) return;
      this.ports.logger.error({ ...traceOf(resident.instance), err: error }, 'event failed');
    });
  }

  /** Takes nothing new, waits for what is in flight and lets go of everything. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.alarms.stop();
    this.dispatch.stop();
    if (this.busyCount > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
    for (const resident of this.residents.values()) resident.letGo(undefined);
    this.residents.clear();
    this.newWork.clear();
    this.adoptedCount = 0;
  }

  private wake(resident: Resident): void {
    if (!resident.isBusy) this.submitQuietly(resident, { kind: 'wake' });
  }

  private async serve(resident: Resident, event: ArrivingEvent): Promise<Applied> {
    resident.isBusy = true;
    this.busyCount++;
    try {
      return await this.apply(resident, event);
    } catch (error) {
      // It would go wrong again at once; the scan finds the saga again, at a pace of its own.
      if (this.isDriven(resident)) this.drop(resident, undefined);
      throw error;
    } finally {
      resident.isBusy = false;
      this.busyCount--;
      this.next(resident);
      if (this.busyCount === 0) this.onIdle?.();
    }
  }

  private next(resident: Resident): void {
    if (this.isStopped) resident.refuseTurns(new EngineStopped());
    const turn = resident.turns.shift();
    if (turn) this.submit(resident, turn.event).then(turn.resolve, turn.reject);
    else if (this.isDriven(resident)) this.alarms.arm(resident);
  }

  /** False for a saga that ended, or that this instance has let go of. */
  private isDriven(resident: Resident): boolean {
    return this.residents.get(resident.instance.sagaId) === resident;
  }

  /**
   * Until the event is committed or answers nothing. A failed guard and a lost commit end the same
   * way: read the row, adopt it, let the event find its place in it, send what is awaited.
   */
  private async apply(resident: Resident, event: ArrivingEvent): Promise<Applied> {
    let failed = 0;
    for (let tries = 0; ; tries++) {
      if (!this.isDriven(resident)) return 'not-here';
      const { version } = resident.instance;
      const decidedAtMs = this.ports.timers.nowMs();
      const move = this.decide(resident, event, tries > 0);
      if (move.ignored) return this.ignore(resident, event, move.ignored);
      if (event.kind === 'replied') this.ports.reached('reply-before-commit');
      const saved = await this.save(resident, move);
      if (saved === 'saved') {
        this.committed(resident, event, move, decidedAtMs);
        return 'applied';
      }
      if (saved instanceof WriteRefused) return this.park(resident, saved);
      await this.reread(resident, saved, tries);
      // A reply that came meanwhile says more than the silence before it.
      if (event.kind === 'wake' && resident.turns.length > 0) return 'too-early';
      const isFault = saved instanceof Error && !(saved instanceof RowLocked);
      failed = isFault && resident.instance.version === version ? failed + 1 : 0;
      if (failed < FAILED_WRITES_MAX || !this.isDriven(resident)) continue;
      const { code, message } = errorOf(saved, 'WRITE_FAILED');
      return this.park(resident, new WriteRefused(code, message, saved));
    }
  }

  /** Writes why nothing can be written; what refuses this, too, is parked in memory alone. */
  private async park(resident: Resident, { code, message }: WriteRefused): Promise<Applied> {
    const event = { kind: 'refused', code, message } as const;
    const atMs = this.ports.timers.nowMs();
    const move = this.decide(resident, event, false);
    const saved = await this.save(resident, move);
    if (saved === 'saved') this.committed(resident, event, move, atMs);
    else if (saved === 'guard-failed') await this.reread(resident, saved, 0);
    else {
      // The row is as it was, and so is the version that the next write follows.
      const { version } = resident.instance;
      this.committed(resident, event, { ...move, instance: { ...move.instance, version } }, atMs);
    }
    return 'not-written';
  }

  private decide(resident: Resident, event: ArrivingEvent, isReread: boolean): Transition {
    const { clock, settings } = this.ports;
    const [nowMs, random] = [clock.nowMs(), this.ports.random()];
    const now = this.dispatch.asSentNow(resident);
    const move = transition(resident.definition, now, { nowMs, random, ...event }, settings);
    if (!move.ignored || !isReread) return move;
    return transition(resident.definition, now, { kind: 'resumed', nowMs, random }, settings);
  }

  private ignore(resident: Resident, event: ArrivingEvent, reason: Applied): Applied {
    if (event.kind === 'replied') {
      const { step, direction, attempt } = event;
      this.ports.counters.count('ignored');
      const about = { ...traceOf(resident.instance), step, direction, attempt, reason };
      this.ports.logger.debug(about, 'reply answers nothing awaited');
    }
    return reason;
  }

  private save({ instance }: Resident, move: Transition): Promise<Saved> {
    return saveMove(this.ports, instance as OpenSaga, move);
  }

  private committed(resident: Resident, event: ArrivingEvent, move: Transition, atMs: number) {
    observe(this.ports, resident.instance, event, move.instance);
    resident.instance = move.instance;
    if (!resident.isNewWork) this.newWork.delete(resident);
    this.dispatch.settle(resident);
    this.handOut(resident, move, atMs);
    if (event.kind === 'replied') this.ports.reached('commit-before-ack');
  }

  /** Waits for the database as long as it takes; the row decides how it goes on. */
  private async reread(resident: Resident, why: Saved, tries: number): Promise<void> {
    const { store, logger, counters, settings, timers } = this.ports;
    const trace = traceOf(resident.instance);
    counters.count(why === 'guard-failed' ? 'guard-failed' : 'outcome-unknown');
    for (let pauses = tries; ; pauses++) {
      const pauseMs = Math.min(settings.rereadMaxMs, 50 * 2 ** Math.min(pauses, 10));
      if (pauses > 0) await pause(timers, pauseMs);
      if (this.isStopped) throw new EngineStopped();
      try {
        const row = await store.load(trace.sagaId);
        if (row && row.owner === store.instanceId) return this.adoptRow(resident, row);
        counters.count('dropped');
        logger.info({ ...trace, owner: row?.owner }, 'saga has another owner, letting go of it');
        return this.drop(resident, undefined);
      } catch (error) {
        logger.debug({ ...trace, err: error }, 'the database does not answer yet');
      }
    }
  }

  private adoptRow(resident: Resident, row: SagaInstance): void {
    this.dispatch.readAgain(resident, row);
    if (!isOpen(row)) this.finish(resident, row);
  }

  private handOut(resident: Resident, move: Transition, atMs: number): void {
    for (const effect of move.effects) {
      if (effect.kind === 'send') this.dispatch.send(resident, effect, atMs);
      else if (effect.kind === 'wake') this.alarms.arm(resident);
      else this.finish(resident, move.instance as EndedSaga);
    }
  }

  private finish(resident: Resident, ended: EndedSaga): void {
    this.ports.counters.count(ended.phase);
    this.drop(resident, ended);
  }

  private drop(resident: Resident, ended: EndedSaga | undefined): void {
    const isGone = this.residents.delete(resident.instance.sagaId);
    if (isGone && resident.origin === 'adopted') this.adoptedCount--;
    this.newWork.delete(resident);
    this.dispatch.settle(resident);
    this.alarms.disarm(resident);
    resident.letGo(ended);
  }
}
