import { isOpen, type SagaInstance, type SagaLog } from '../core/instance.js';
import { inOrder, storedCopy, UnstorableValue } from '../core/json.js';
import { WriteRefused } from '../runtime/refused.js';

/** A value as PostgreSQL's jsonb gives it back: a copy, its members in jsonb's own order. */
export function jsonb(value: unknown): unknown {
  return inOrder(storedCopy(value), byLength);
}

/** jsonb orders members by the length of their names in bytes, then byte by byte. */
function byLength(a: string, b: string): number {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length - other.length || Buffer.compare(one, other);
}

/** A row as it is inserted: what its columns make of it. Throws WriteRefused as the tables do. */
export function insertedRow<Saga extends SagaInstance>(saga: Saga): Saga {
  return refusing(() => {
    if (saga.input === undefined) throw new WriteRefused('23502', 'the column input is not null');
    if (saga.requestId?.includes('\0')) throw new WriteRefused('22021', 'a text with a NUL');
    return { ...saga, input: jsonb(saga.input), kept: jsonb(saga.kept) };
  });
}

/** A row as an update leaves it: of what never changes nothing is written again. */
export function updatedRow(row: SagaInstance, before: SagaInstance, next: SagaInstance) {
  return refusing((): SagaInstance => {
    const kept = next.kept === before.kept ? row.kept : (jsonb(next.kept) as SagaInstance['kept']);
    const { input, requestId } = row;
    const remembered = next.waits && { waits: jsonb(next.waits) as SagaInstance['waits'] };
    const facts = { ...next, input, requestId, kept, ...remembered };
    const failure = next.phase === 'done' ? undefined : next.failure;
    const failed = failure && { failure: jsonb(failure) };
    const tried = isOpen(next) && next.lastError && { lastError: jsonb(next.lastError) };
    return { ...facts, ...failed, ...tried } as SagaInstance;
  });
}

export function insertedLog(log: SagaLog): SagaLog {
  return refusing(() => ({ ...log, data: log.data && (jsonb(log.data) as SagaLog['data']) }));
}

/** A row as it is read: it shares no object with the next read. */
export function readRow<Saga extends SagaInstance>(row: Saga): Saga {
  return structuredClone(row);
}

function refusing<Row>(make: () => Row): Row {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UnstorableValue)) throw error;
    throw new WriteRefused(error.code, error.message, error);
  }
}
