/** Rows of one kind in the order of their orders' ids, some at a time. */
export type Source<Row> = AsyncIterator<readonly Row[], void, undefined>;

/** A row of an answer may name no order. */
interface OfAnOrder {
  orderId: string | null;
}

type Kinds = Record<string, OfAnOrder>;

/** All rows of some orders, by kind. */
type Rows<All extends Kinds> = { [Kind in keyof All]: All[Kind][] };

export interface Bucket<All extends Kinds> {
  rows: Rows<All>;
  /** Rows in memory as this was made, those of later buckets included. */
  held: number;
}

/**
 * Goes through sources side by side, in the order of ids: all rows of an order, of whatever kind, are
 * in one bucket. Of each kind at most one batch is in memory, and the rows of one order.
 */
export async function* inBuckets<All extends Kinds>(
  sources: {
    [Kind in keyof All]: Source<All[Kind]>;
  },
): AsyncGenerator<Bucket<All>, void, undefined> {
  const streams = Object.entries<Source<OfAnOrder>>(sources).map(
    ([kind, source]) => [kind, new RowStream(source)] as const,
  );
  const all = streams.map(([, stream]) => stream);
  await Promise.all(all.map((stream) => stream.refill()));
  for (;;) {
    // Up to here every source has told its rows; of the order at this place more may follow.
    const bound = least(all.flatMap((stream) => stream.toldUpTo ?? []));
    const held = all.reduce((sum, stream) => sum + stream.size, 0);
    if (held > 0) {
      const rows = Object.fromEntries(
        streams.map(([kind, stream]) => [kind, stream.takeBelow(bound)]),
      );
      yield { rows: rows as Rows<All>, held };
    }
    if (bound === undefined) return;
    const due = all.filter((stream) => stream.toldUpTo === bound);
    await Promise.all(due.map((stream) => stream.refill()));
  }
}

/** The rows of one kind that have been told and not yet been given on. */
class RowStream<Row extends OfAnOrder> {
  private rows: Row[] = [];
  /** The last id so far; undefined when nothing follows. */
  toldUpTo: string | undefined;

  constructor(private readonly source: Source<Row>) {}

  get size(): number {
    return this.rows.length;
  }

  async refill(): Promise<void> {
    const { done, value } = await this.source.next();
    if (done) {
      this.toldUpTo = undefined;
      return;
    }
    this.rows = this.rows.concat(value);
    this.toldUpTo = idOf(value.at(-1)!);
  }

  takeBelow(bound: string | undefined): Row[] {
    const more = this.rows.findIndex((row) => bound !== undefined && idOf(row) >= bound);
    return this.rows.splice(0, more === -1 ? this.rows.length : more);
  }
}

function idOf({ orderId }: OfAnOrder): string {
  return orderId ?? '';
}

function least(ids: readonly string[]): string | undefined {
  return ids.reduce<string | undefined>(
    (lowest, id) => (lowest === undefined || id < lowest ? id : lowest),
    undefined,
  );
}
