import { openSession, reasonOf } from '@backstitch/database';
import type pg from 'pg';

/** One database cannot be read; the message says which and why. */
export class Unreadable extends Error {}

/** One database as it stands at one instant, however many queries are asked and however long. */
export class Snapshot {
  private cursors = 0;
  /** The query before; a connection answers one at a time. */
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly client: pg.Client,
    private readonly database: string,
  ) {}

  /** What is committed after this has resolved is not seen. */
  static async of(url: string): Promise<Snapshot> {
    const database = new URL(url).pathname.slice(1);
    const client = await openSession(url, { name: 'reconcile' }).catch((error: unknown) => {
      throw unreadable(database, error);
    });
    const snapshot = new Snapshot(client, database);
    try {
      await snapshot.reading(async () => {
        await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
        // Cursors are read to their ends: what counts is the last row, not the first.
        await client.query('SET LOCAL cursor_tuple_fraction = 1');
        await client.query('SELECT'); // the instant is that of the first query
      });
    } catch (error) {
      await snapshot.close();
      throw error;
    }
    return snapshot;
  }

  async query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const before = this.last.catch(() => undefined); // its own caller is told
    const rows = before.then(() =>
      this.reading(async () => (await this.client.query<Row>(text, values)).rows),
    );
    this.last = rows;
    return rows;
  }

  /** The rows of a query, so many at a time; the server keeps the others. */
  async *batches<Row extends object>(
    text: string,
    rowsAtOnce: number,
    values: unknown[] = [],
  ): AsyncGenerator<Row[], void, undefined> {
    const cursor = `rows_${(this.cursors += 1)}`;
    await this.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${text}`, values);
    for (let isMore = true; isMore; ) {
      const rows = await this.query<Row>(`FETCH ${rowsAtOnce} FROM ${cursor}`);
      isMore = rows.length === rowsAtOnce;
      if (rows.length > 0) yield rows;
    }
    await this.query(`CLOSE ${cursor}`);
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  private async reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw unreadable(this.database, error);
    }
  }
}

function unreadable(database: string, cause: unknown): Unreadable {
  const why = reasonOf(cause) || String(cause);
  return new Unreadable(`the database "${database}" cannot be read: ${why}`, { cause });
}
