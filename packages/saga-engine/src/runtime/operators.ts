import type { SagaDefinition } from '../core/define.js';
import { type Driver, type DriverPorts } from './driver.js';
import { EngineStopped } from './refused.js';
import type { ActedBy, OperatorAction } from '../core/event.js';
import {
  isEnded,
  traceOf,
  type OpenSaga,
  type SagaInstance,
  type WaitingSaga,
} from '../core/instance.js';
import { WriteRefused } from './refused.js';
import { notesOf } from '../core/note.js';
import { ActiveSaga } from './active-saga.js';
import { definitionKey } from './ownership.js';
import { transition, type IgnoredReason } from '../core/transition.js';

/** Why an operator's action was refused; nothing was changed. */
export type OperatorRefusal =
  | IgnoredReason
  /** Only an engine that was given the saga's definition may drive it. */
  | 'unknown-definition'
  /** The database refuses to write it; it is parked, and its last error says why. */
  | 'not-written'
  /** It changed every time it was read: it is not stuck. */
  | 'moving';

export type Operated =
  | { readonly kind: 'done'; readonly instance: SagaInstance }
  | { readonly kind: 'refused'; readonly reason: OperatorRefusal; readonly instance: SagaInstance }
  | { readonly kind: 'absent' };

const TRIES_MAX = 5;

/**
 * Does what an operator asks of a saga. A saga that another instance drives is seized first: the
 * next write of that instance fails its guard, and it drops the saga. What is not legal is refused
 * before anything is seized.
 */
export class Operators {
  constructor(
    private readonly driver: Driver,
    private readonly ports: DriverPorts,
    private readonly definitions: ReadonlyMap<string, SagaDefinition>,
  ) {}

  /** Resolves when it is committed or refused. Rejects with EngineStopped, or as the store does. */
  async operate(sagaId: string, action: OperatorAction, by?: ActedBy): Promise<Operated> {
    let last: SagaInstance | undefined;
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      const found = this.driver.sagas.find(sagaId) ?? (await this.seize(sagaId, action, by));
      if (!found) continue;
      if (!(found instanceof ActiveSaga)) return found;
      const applied = await this.driver.submit(found, { kind: 'operator', action, by });
      const { instance } = found;
      last = instance;
      if (applied === 'not-here') continue;
      if (applied !== 'applied') return { kind: 'refused', reason: applied, instance };
      // A row that had to be read again goes on from where it is, which may not be what was asked.
      if (action !== 'compensate' || instance.phase !== 'forward')
        return { kind: 'done', instance };
    }
    const instance = last ?? (await this.ports.store.load(sagaId));
    return instance ? { kind: 'refused', reason: 'moving', instance } : { kind: 'absent' };
  }

  /**
   * The saga, owned by this instance; undefined when another was faster, and its row must be read
   * again.
   */
  private async seize(
    sagaId: string,
    action: OperatorAction,
    by: ActedBy | undefined,
  ): Promise<ActiveSaga | Operated | undefined> {
    const { store, clock, settings, logger, counters } = this.ports;
    if (this.driver.stopped) throw new EngineStopped();
    const row = await store.load(sagaId);
    if (!row) return { kind: 'absent' };
    if (isEnded(row)) return { kind: 'refused', reason: 'finished', instance: row };
    const definition = this.definitions.get(definitionKey(row.definition, row.definitionVersion));
    if (!definition) return { kind: 'refused', reason: 'unknown-definition', instance: row };
    if (row.phase === 'waiting') return this.askWaiting(definition, row, action, by);
    const asked = { kind: 'operator', action, nowMs: clock.nowMs(), random: 0 } as const;
    const { ignored } = transition(definition, row, asked, settings);
    if (ignored) return { kind: 'refused', reason: ignored, instance: row };
    let seized: OpenSaga | undefined;
    try {
      seized = await store.seize(row);
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return { kind: 'refused', reason: 'not-written', instance: row };
    }
    if (!seized) return undefined;
    if (this.driver.stopped) throw new EngineStopped();
    counters.count('taken-over');
    const { epoch } = seized;
    logger.info({ ...traceOf(seized), epoch, formerOwner: row.owner }, 'took over for an operator');
    return this.driver.take(definition, seized) ?? this.driver.sagas.find(sagaId);
  }

  /** A saga that waits has no owner to be seized from: it is written, and driven from then on. */
  private async askWaiting(
    definition: SagaDefinition,
    row: WaitingSaga,
    action: OperatorAction,
    by: ActedBy | undefined,
  ): Promise<Operated | undefined> {
    const { store, clock, settings, timers } = this.ports;
    const atMs = timers.nowMs();
    const event = { kind: 'operator', action, by } as const;
    const moment = { nowMs: clock.nowMs(), random: 0 };
    const mine = { ...row, owner: store.instanceId };
    const decision = transition(definition, mine, { ...event, ...moment }, settings);
    const { ignored, instance, logs } = decision;
    if (ignored) return { kind: 'refused', reason: ignored, instance: row };
    const notes = notesOf(row, event, instance);
    const saved = await store.move({ before: row, instance, logs, notes, signal: undefined });
    if (saved !== 'saved') return undefined;
    this.driver.follow({ definition, before: row, event, decision, atMs });
    return { kind: 'done', instance };
  }
}
