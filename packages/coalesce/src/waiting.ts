export type BatchOutcome<Result> = { ok: Result } | { error: unknown };

/** An item that waits or runs, for all callers that submitted the same work. */
export interface Waiting<Item, Result> {
  item: Item;
  key: string;
  settle: ((outcome: BatchOutcome<Result>) => void)[];
}
