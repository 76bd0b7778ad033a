import type { StreamedEvent } from '@backstitch/service-kit';
import {
  publicLog,
  publicNote,
  publicSaga,
  type SagaLogView,
  type SagaNoteView,
  type SagaView,
} from '@backstitch/shared-types';

/** The times of log rows and notes: their order as texts is their order in time. */
const CURSOR = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

export function isCursor(text: string): boolean {
  return CURSOR.test(text);
}

type Happened = { kind: 'log'; row: SagaLogView } | { kind: 'note'; row: SagaNoteView };

export interface ToBeTold {
  readonly view: SagaView;
  /** The last row that the client has; empty for none. */
  readonly after: string;
  /** Whether the client may see what is for operators. */
  readonly all: boolean;
  readonly now: string;
}

/**
 * The events of a stream: each row behind the cursor, oldest first, then the saga as it is, and `end`
 * for one that has ended. Each row has its own time, and no row comes before one that was seen: a
 * client that comes back with the id of its last row misses none, and gets none twice. Pure.
 */
export function sagaEvents({ view, after, all, now }: ToBeTold): StreamedEvent[] {
  const { log, notes, ...rest } = view;
  const happened: Happened[] = [
    ...log.map((row) => ({ kind: 'log', row }) as const),
    ...notes.map((row) => ({ kind: 'note', row }) as const),
  ];
  const rows = happened
    .filter(({ row }) => row.createdAt > after)
    .sort((one, other) => (one.row.createdAt < other.row.createdAt ? -1 : 1))
    .map((one) => ({ event: 'row', id: one.row.createdAt, data: rowData(one, all) }));
  const { log: _log, notes: _notes, ...shown } = publicSaga(view);
  const isOver = view.status === 'DONE' || view.status === 'COMPENSATED';
  return [
    ...rows,
    { event: 'saga', data: { ...(all ? rest : shown), now } },
    ...(isOver ? [{ event: 'end', data: { status: view.status } }] : []),
  ];
}

function rowData(one: Happened, all: boolean): object {
  if (all) return { type: one.kind, ...one.row };
  return one.kind === 'log'
    ? { type: 'log', ...publicLog(one.row) }
    : { type: 'note', ...publicNote(one.row) };
}
