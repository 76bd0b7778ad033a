import { Coalescer, type BatchOutcome } from '@backstitch/coalesce';
import { isUuid } from '../core/ids.js';
import type { OpenSaga } from '../core/instance.js';
import { storableJson } from '../core/json.js';
import type { SignalRecord, SignalRecorded, TakeDueRequest } from '../runtime/ports.js';
import { WriteRefused } from '../runtime/refused.js';
import { arraysOf, cellsOf, listOf, type Cells } from './cells.js';
import { WAIT_WRITTEN, type WaitWrite } from './columns.js';
import { isLocked } from './refusal.js';
import {
  openSagaOf,
  type RecordAnswer,
  type SagaRow,
  type SaveAnswer,
  type SignalRow,
} from './rows.js';
import type { RunStatement } from './run-statement.js';
import type { SagaStatements } from './statements.js';

export type Saved = 'saved' | 'guard-failed';

/** What is written for one saga. */
export interface Row {
  readonly sagaId: string;
  readonly cells: Cells;
}

const COLUMNS = listOf(WAIT_WRITTEN);

/** What a store does for sagas that wait, and for signals. */
export class WaitStore {
  readonly moves: Coalescer<Row, Saved>;

  constructor(
    private readonly instanceId: string,
    private readonly statements: SagaStatements,
    private readonly run: RunStatement,
    batchMax: number,
  ) {
    this.moves = new Coalescer({
      batchMax,
      retrySingly: (error) => error instanceof WriteRefused,
      isLocked,
      splitConcurrency: 1,
      keyOf: ({ sagaId }) => sagaId,
      run: (batch) => this.moveBatch(batch),
    });
  }

  /** Values become text here, so that an unstorable value fails no other saga's write. */
  async write(write: WaitWrite): Promise<Saved> {
    const { sagaId } = write.instance;
    return this.moves.submit({ sagaId, cells: cellsOf(COLUMNS, write) });
  }

  async recordSignal(record: SignalRecord, version: number): Promise<SignalRecorded> {
    const { sagaId, id, name, data, answer } = record;
    if (!isUuid(sagaId)) return 'guard-failed';
    const json = [storableJson(data ?? null), storableJson(answer)];
    const values = [sagaId, version, id, name, ...json];
    const [row] = await this.run<RecordAnswer>(this.statements.recordSignal, values);
    return row?.recorded ?? 'guard-failed';
  }

  async signal(sagaId: string, id: string): Promise<SignalRecord | undefined> {
    if (!isUuid(sagaId)) return undefined;
    const [row] = await this.run<SignalRow>(this.statements.signal, [sagaId, id]);
    return row && { sagaId, id, name: row.name, data: row.data, answer: row.answer };
  }

  async takeDue({ limit, definitions }: TakeDueRequest): Promise<OpenSaga[]> {
    const known = definitions.map(({ name, version }) => `${name}@${version}`);
    const values = [this.instanceId, limit, known];
    return (await this.run<SagaRow>(this.statements.takeDue, values)).map(openSagaOf);
  }

  private async moveBatch(batch: readonly Row[]): Promise<BatchOutcome<Saved>[]> {
    const ordered = inLockOrder(batch);
    const values = arraysOf(ordered.map(({ cells }) => cells));
    const rows = await this.run<SaveAnswer>(this.statements.move, values);
    return outcomesOf(rows[0]!, batch, ordered);
  }
}

/** The one order in which rows are locked. */
export function inLockOrder<Item extends { readonly sagaId: string }>(batch: readonly Item[]) {
  return [...batch].sort((a, b) => (a.sagaId < b.sagaId ? -1 : 1));
}

/** Which rows of a batch were written: the answer names their places in the order of the statement. */
export function outcomesOf<Item>(
  { saved, places }: SaveAnswer,
  batch: readonly Item[],
  ordered: readonly Item[],
): BatchOutcome<Saved>[] {
  if (saved === batch.length) return batch.map(() => ({ ok: 'saved' }));
  const passed = new Set((places ?? '').split(',').map((place) => ordered[Number(place) - 1]));
  return batch.map((row) => ({ ok: passed.has(row) ? 'saved' : 'guard-failed' }));
}
