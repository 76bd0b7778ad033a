export type BatchOutcome<Result> = { ok: Result } | { error: unknown };

/** An item that waits, or is under way, for all who submitted the same work. */
export interface Waiting<Item, Result> {
  item: Item;
  key: string;
  settle: ((outcome: BatchOutcome<Result>) => void)[];
}
