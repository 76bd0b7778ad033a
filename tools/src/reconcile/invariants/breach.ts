/** The eight invariants of the saga protocol (docs/protocol.md, I1 to I8), in short. */
export const INVARIANTS = [
  'per product: received = stock + reserved + sold, nothing negative',
  'checkout DONE ⇔ order CONFIRMED, paid exactly once and in full, its lines CONSUMED',
  'checkout COMPENSATED ⇔ order CANCELLED, no money kept, nothing reserved',
  'an unfinished saga is in time, or retrying past the pivot, or parked and says why',
  'every step that started has ended; undo runs in reverse order',
  "the bank's record and the payments agree",
  'one saga per key, one order per saga, one payment and one reservation per order',
  'no payment kept and nothing sold without a CONFIRMED order',
] as const;

export interface Breach {
  /** 1 to 8. */
  invariant: number;
  /** What is affected: an order's, saga's or product's id, or a key of the bank. */
  id: string;
  /** What is wrong, in words. */
  what: string;
}

/** A breach of this invariant by each row that has a problem. */
export function each<Row>(
  invariant: number,
  rows: readonly Row[],
  idOf: (row: Row) => string,
  problemOf: (row: Row) => string | undefined,
): Breach[] {
  return rows.flatMap((row) => {
    const what = problemOf(row);
    return what === undefined ? [] : [{ invariant, id: idOf(row), what }];
  });
}

/** Breaches that both readings have: what only one of them saw was in motion. */
export function repeated(first: readonly Breach[], second: readonly Breach[]): Breach[] {
  const again = new Set(second.map(identity));
  return first.filter((breach) => again.has(identity(breach)));
}

function identity({ invariant, id }: Breach): string {
  return `${invariant} ${id}`;
}
