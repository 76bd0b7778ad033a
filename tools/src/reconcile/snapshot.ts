import pg from 'pg';

/** Reads rows within one snapshot. */
export type Query = <Row extends object>(text: string) => Promise<Row[]>;

/** One database cannot be read; the message says which and why. */
export class Unreadable extends Error {}

/** Lets `read` see one database as it stands at one instant, however many queries it asks. */
export async function inSnapshot<T>(url: string, read: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined); // told by the query that follows
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await read(async <Row extends object>(text: string) => {
      const { rows } = await client.query<Row>(text);
      return rows;
    });
  } catch (error) {
    const database = new URL(url).pathname.slice(1);
    const why = error instanceof Error ? error.message || String(error) : String(error);
    throw new Unreadable(`the database "${database}" cannot be read: ${why}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}
