/** The invariants of the saga protocol (docs/protocol.md, I1 and so on) by their numbers, in short. */
export const INVARIANTS: Readonly<Record<number, string>> = {
  1: 'per product: received = stock + reserved + sold − what came back, nothing negative',
  2: 'checkout DONE ⇔ order CONFIRMED, paid exactly once and in full, its lines CONSUMED',
  3: 'checkout COMPENSATED ⇔ order CANCELLED, no money kept, nothing reserved',
  4: 'an unfinished saga is in time, or retrying past the pivot, or parked and says why',
  5: 'every step that started has ended; undo runs in reverse order',
  6: "the bank's record and the payments agree",
  7: 'one saga per key, one order per saga, one payment and one reservation per order',
  8: 'no payment kept and nothing sold without a CONFIRMED order',
  9: 'the row of an order follows from its events, whose times rise',
  11: 'a cancelled order that was confirmed: its money and its goods are back, once',
  14: 'an order that waits has exactly the reservation and the payment of its stage',
  15: 'every event is published within a minute',
};

export interface Breach {
  /** Its number in INVARIANTS. */
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
