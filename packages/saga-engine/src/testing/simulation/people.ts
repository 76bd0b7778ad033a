import type { SagaDefinition } from '../../core/define.js';
import type { Signal } from '../../core/event.js';
import {
  isEnded,
  isOpen,
  NO_OWNER,
  type OpenSaga,
  type SagaInstance,
  type SagaLog,
} from '../../core/instance.js';
import { canonicalJson } from '../../core/json.js';
import { awaitedSignals, knownSignals } from '../../core/signal.js';
import { ENGINE_DEFAULTS } from '../../core/settings.js';
import { transition } from '../../core/transition.js';
import type { SignalRecord } from '../../runtime/ports.js';
import type { Signalled } from '../../runtime/signals.js';
import type { MemoryDatabase } from '../memory-database.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { World } from './world.js';

interface Sent {
  readonly signal: Signal;
  /** The first answer that its sender got. */
  answer: string | undefined;
}

/** Between two signals: a moment, a step, longer than some waits. */
const PAUSES_MS = [0, 10, 1_000, 12_000];
const SIGNALS_MAX = 24;
const UNANSWERED = ['absent', 'unknown-definition', 'moving', 'too-many'];

/**
 * People and systems that send signals: mostly what is awaited, sometimes anything, at any time, to
 * any process, the same one again, and several at once. After some signals they send no more, and
 * waits end by their time. One id must have one answer and one effect, and no answer may lie.
 */
export class People {
  private readonly sent = new Map<string, Sent[]>();
  private left = 0;

  constructor(
    private readonly world: World,
    private readonly database: MemoryDatabase,
    private readonly processes: readonly SimulatedProcess[],
    /** Called with what an app of its own committed. */
    private readonly committed: (saga: OpenSaga) => void,
    private readonly definitionOf: (sagaId: string) => SagaDefinition,
    private readonly data: Readonly<Record<string, unknown>> = {},
  ) {}

  /** Nobody sends a signal where none is known. */
  begin(definitions: readonly SagaDefinition[]): void {
    if (definitions.every((one) => knownSignals(one).length === 0)) return;
    this.left = this.world.chance.below(SIGNALS_MAX);
    this.later();
  }

  /** What was promised to the senders of signals of a saga that ended. */
  problems(saga: SagaInstance, log: readonly SagaLog[]): string[] {
    const effects = log.flatMap(({ data }) => data?.signalId ?? []);
    const problems = effects
      .filter((id, at) => effects.indexOf(id) !== at)
      .map((id) => `the signal ${id} had two effects`);
    for (const { signal, answer } of this.sent.get(saga.sagaId) ?? []) {
      const kind = answer && (JSON.parse(answer) as { kind: string }).kind;
      const hadEffect = effects.includes(signal.id);
      if (kind === 'applied' && !hadEffect) problems.push(`${signal.id} was applied, and is not`);
      if (hadEffect && (kind === 'refused' || kind === 'passed')) {
        problems.push(`${signal.id} was ${kind}, and had an effect`);
      }
    }
    return problems;
  }

  private later(): void {
    this.world.after(this.world.chance.pick(PAUSES_MS), () => this.act());
  }

  private act(): void {
    const { chance } = this.world;
    const there = this.processes.filter((one) => one.isAwake);
    const row = chance.pick([undefined, ...this.database.rows.values()])?.instance;
    if (there.length > 0 && row) {
      const one = chance.pick(there);
      const sent = this.next(row);
      this.send(one, row, sent);
      // From an app that shares the database, in a transaction of its own.
      if (chance.onceIn(10)) this.sendFromOutside(row, sent);
      // The same click at another process, in the same moment.
      if (chance.onceIn(6)) this.send(chance.pick(there), row, sent);
    }
    if (--this.left > 0) this.later();
  }

  private next(row: SagaInstance): Sent {
    const { chance } = this.world;
    const before = this.sent.get(row.sagaId) ?? [];
    this.sent.set(row.sagaId, before);
    if (before.length > 0 && chance.onceIn(6)) return chance.pick(before);
    const definition = this.definitionOf(row.sagaId);
    const awaited = isEnded(row) ? [] : awaitedSignals(definition, row);
    const known = knownSignals(definition);
    const wait = row.phase === 'waiting' ? definition.waits.get(row.waitsAt) : undefined;
    const on = [...(wait?.signals.values() ?? [])].filter(({ to }) => to === 'next');
    const onward = on.map(({ name }) => name);
    const choices = [onward, onward, onward, onward, awaited, known].filter(
      (one) => one.length > 0,
    );
    const name = chance.onceIn(40) ? 'never-heard-of' : chance.pick(chance.pick(choices));
    const id = `${row.sagaId}-signal-${before.length + 1}`;
    const sent: Sent = { signal: { id, name, data: this.data[name] }, answer: undefined };
    before.push(sent);
    return sent;
  }

  private send(to: SimulatedProcess, { sagaId }: SagaInstance, sent: Sent): void {
    const { world } = this;
    const { id, name } = sent.signal;
    world.tell(() => `${to.id} is sent ${name} (${id})`);
    to.signal(sagaId, sent.signal, (answer) => {
      world.tell(() => `${to.id} answers ${id}: ${answer.kind}`);
      this.answered(sent, answer);
    });
  }

  /** As signalSaga of /postgres does: one transaction, and no owner afterwards. */
  private sendFromOutside({ sagaId }: SagaInstance, sent: Sent): void {
    const { world, database } = this;
    if (world.isDatabaseAway) return;
    const { signal } = sent;
    const known = database.signal(sagaId, signal.id);
    if (known) return this.answered(sent, { ...known.answer, isRepeated: true });
    const before = database.load(sagaId)!;
    const event = {
      kind: 'signalled',
      signal,
      by: NO_OWNER,
      nowMs: world.nowMs,
      random: 0,
    } as const;
    const decision = transition(this.definitionOf(sagaId), before, event, ENGINE_DEFAULTS);
    const { answer, ignored, instance, logs } = decision;
    if (!answer) return;
    const record: SignalRecord = { sagaId, ...signal, data: signal.data, answer };
    world.tell(() => `an app gives ${signal.name} (${signal.id}) to ${sagaId}: ${answer.kind}`);
    if (ignored) database.recordSignal(record, before.version);
    else database.move({ before: before as OpenSaga, instance, logs, signal: record });
    if (!ignored && isOpen(instance)) this.committed(instance);
    this.answered(sent, { ...answer, isRepeated: false });
  }

  private answered(sent: Sent, answer: Signalled): void {
    if (UNANSWERED.includes(answer.kind)) return;
    const { isRepeated: _, ...told } = { isRepeated: false, ...answer };
    const text = canonicalJson(told);
    sent.answer ??= text;
    if (sent.answer === text) return;
    this.world.breach(`the signal ${sent.signal.id} got two answers: ${sent.answer} and ${text}`);
  }
}
