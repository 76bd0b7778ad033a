import type { SagaDefinition } from '../core/define.js';
import { isUuid, normalId } from '../core/ids.js';
import { NO_OWNER, type OpenSaga } from '../core/instance.js';
import { isSameJson, storableJson } from '../core/json.js';
import { ENGINE_DEFAULTS } from '../core/settings.js';
import { transition, type Signal } from '../core/transition.js';
import type { SignalRecord } from '../runtime/ports.js';
import { checkSignal, type Signalled } from '../runtime/signals.js';
import { arraysOf, cellsOf, listOf } from './cells.js';
import { WAIT_WRITTEN } from './columns.js';
import type { Queryable } from './insert.js';
import {
  instanceOf,
  type RecordAnswer,
  type SagaRow,
  type SaveAnswer,
  type SignalRow,
} from './rows.js';
import { sagaStatements, type Statement } from './statements.js';
import type { SagaTableNames } from './table-names.js';

const COLUMNS = listOf(WAIT_WRITTEN);

export interface SignalSender {
  /** A pg client in a transaction: the signal has its effect when that commits. */
  readonly client: Queryable;
  readonly tables: SagaTableNames;
  /** All definitions whose sagas may get the signal. */
  readonly definitions: readonly SagaDefinition[];
}

/**
 * Gives a signal to a saga in a transaction of the sender's own, as an engine would. The saga's row is
 * locked until the transaction ends. A saga that goes on has no owner then: an engine takes it over
 * as that of a silent owner. Rejects with InvalidSignal for what cannot be recorded.
 */
export async function signalSaga(
  { client, tables, definitions }: SignalSender,
  saga: string,
  signal: Signal,
): Promise<Signalled> {
  checkSignal(signal);
  const sagaId = normalId(saga);
  if (!isUuid(sagaId)) return { kind: 'absent' };
  const statements = sagaStatements(tables);
  const run = async <Row>(statement: Statement, values: unknown[]) =>
    (await client.query({ ...statement, values })).rows as Row[];
  const [row] = await run<SagaRow & { now_ms: number }>(statements.lock, [sagaId]);
  if (!row) return { kind: 'absent' };
  const [known] = await run<SignalRow>(statements.signal, [sagaId, signal.id]);
  if (known) {
    const isSame = known.name === signal.name && isSameJson(known.data, signal.data ?? null);
    return isSame ? { ...known.answer, isRepeated: true } : { kind: 'other-signal' };
  }
  const before = instanceOf(row);
  const definition = definitions.find(
    ({ name, version }) => name === before.definition && version === before.definitionVersion,
  );
  if (!definition) return { kind: 'unknown-definition' };
  const event = { kind: 'signalled', signal, by: NO_OWNER, nowMs: row.now_ms, random: 0 } as const;
  const decision = transition(definition, before, event, ENGINE_DEFAULTS);
  const { answer, ignored, instance, logs } = decision;
  if (!answer) return { kind: 'unknown-definition' };
  const record: SignalRecord = { sagaId, ...signal, data: signal.data, answer };
  if (ignored) {
    const json = [storableJson(signal.data ?? null), storableJson(answer)];
    const values = [sagaId, before.version, signal.id, signal.name, ...json];
    const [row] = await run<RecordAnswer>(statements.recordSignal, values);
    if (row?.recorded === 'too-many') return { kind: 'too-many' };
    return { ...answer, isRepeated: false };
  }
  const write = { before: before as OpenSaga, instance, logs, signal: record, guard: undefined };
  const [saved] = await run<SaveAnswer>(statements.move, arraysOf([cellsOf(COLUMNS, write)]));
  // The row is locked, so its version is the one that was read.
  if (saved?.saved !== 1) throw new Error(`the signal ${signal.id} could not be written`);
  return { ...answer, isRepeated: false };
}
