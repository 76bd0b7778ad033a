import type { SagaDefinition } from '../core/define.js';
import type { Signal } from '../core/event.js';
import { isOpen, traceOf, type OpenSaga, type SagaInstance } from '../core/instance.js';
import { isSameJson, reasonOf, storableJson } from '../core/json.js';
import type { SignalAnswer } from '../core/signal.js';
import { transition } from '../core/transition.js';
import type { Driver, DriverPorts } from './driver.js';
import { definitionKey } from './ownership.js';
import type { SignalRecord } from './ports.js';
import { EngineStopped, InvalidSignal, RowLocked } from './refused.js';

/** What a signal led to. What has an answer is on record: the same id gets the same answer. */
export type Signalled =
  | (SignalAnswer & {
      /** It was answered before. */
      readonly isRepeated: boolean;
    })
  /** Another signal has this id: its name or its data is another one. Nothing was recorded. */
  | { readonly kind: 'other-signal' }
  /** There is no such saga. */
  | { readonly kind: 'absent' }
  /** This engine does not have the saga's definition: ask another one. Nothing was recorded. */
  | { readonly kind: 'unknown-definition' }
  /** The saga changed every time it was read: ask again. Nothing was recorded. */
  | { readonly kind: 'moving' }
  /** It has no effect, and so many signals of the saga are on record that this one was not. */
  | { readonly kind: 'too-many' };

const TRIES_MAX = 10;
const ID_LENGTH_MAX = 200;
/** What text in the database cannot hold, or does not tell apart. */
const ODD_TEXT = /[\0\p{Cs}]/u;

/**
 * Gives signals to sagas, whoever drives them. A signal is judged by the saga's row and written with
 * its answer in one commit, which follows the version of that row. Whoever applies it owns the saga
 * from then on. The write of an owner who is busy meanwhile fails its guard.
 */
export class Signals {
  constructor(
    private readonly driver: Driver,
    private readonly ports: DriverPorts,
    private readonly definitions: ReadonlyMap<string, SagaDefinition>,
  ) {}

  /** Rejects with InvalidSignal, with EngineStopped, or as the store does. */
  async signal(sagaId: string, signal: Signal): Promise<Signalled> {
    checkSignal(signal);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (this.driver.stopped) throw new EngineStopped();
      const answered = await this.try(sagaId, signal);
      if (answered) return answered;
    }
    return { kind: 'moving' };
  }

  /** Undefined when the saga moved on meanwhile. */
  private async try(sagaId: string, signal: Signal): Promise<Signalled | undefined> {
    const { store, clock, settings, timers, random } = this.ports;
    const row = await store.load(sagaId);
    if (!row) return { kind: 'absent' };
    const known = await store.signal(sagaId, signal.id);
    if (known) return this.again(row, known, signal);
    const definition = this.definitions.get(definitionKey(row.definition, row.definitionVersion));
    if (!definition) return { kind: 'unknown-definition' };
    const atMs = timers.nowMs();
    const event = { kind: 'signalled', signal, by: store.instanceId } as const;
    const moment = { nowMs: clock.nowMs(), random: random() };
    const decision = transition(definition, row, { ...event, ...moment }, settings);
    const { answer, ignored, instance, logs } = decision;
    if (!answer) return { kind: 'unknown-definition' };
    const record: SignalRecord = { sagaId, ...signal, data: signal.data, answer };
    const told = { ...answer, isRepeated: false };
    if (ignored) {
      const recorded = await store.recordSignal(record, row.version);
      if (recorded === 'too-many') return { kind: 'too-many' };
      return recorded === 'recorded' ? told : undefined;
    }
    // What has ended is ignored above.
    const before = row as OpenSaga;
    if (!(await this.isMoved({ before, instance, logs, signal: record }))) return undefined;
    this.driver.follow({ definition, before: row, event, decision, atMs });
    return told;
  }

  private async isMoved(move: Parameters<DriverPorts['store']['move']>[0]): Promise<boolean> {
    try {
      return (await this.ports.store.move(move)) === 'saved';
    } catch (error) {
      // Another session has the row locked: nothing was written.
      if (error instanceof RowLocked) return false;
      throw error;
    }
  }

  /** When the answer of the database to the first one was lost, this instance drives it only now. */
  private again(row: SagaInstance, known: SignalRecord, signal: Signal): Signalled {
    const isSame = known.name === signal.name && isSameJson(known.data, signal.data ?? null);
    if (!isSame) return { kind: 'other-signal' };
    const isMine = isOpen(row) && row.owner === this.ports.store.instanceId;
    const definition = this.definitions.get(definitionKey(row.definition, row.definitionVersion));
    if (isMine && definition && !this.driver.sagas.find(row.sagaId)) {
      this.ports.logger.info(traceOf(row), 'driving a saga whose signal had no answer');
      if (this.driver.adopt(definition, row)) this.ports.counters.count('found-again');
    }
    return { ...known.answer, isRepeated: true };
  }
}

/** Throws InvalidSignal for what cannot be recorded. */
export function checkSignal({ id, name, data }: Signal): void {
  const isText = (text: unknown): text is string =>
    typeof text === 'string' && text !== '' && text.length <= ID_LENGTH_MAX && !ODD_TEXT.test(text);
  if (!isText(id))
    throw new InvalidSignal('id', `must be a text of 1 to ${ID_LENGTH_MAX} characters`);
  if (!isText(name)) {
    throw new InvalidSignal('name', `must be a text of 1 to ${ID_LENGTH_MAX} characters`);
  }
  try {
    storableJson(data ?? null);
  } catch (error) {
    throw new InvalidSignal('data', `cannot be stored: ${reasonOf(error)}`, error);
  }
}
