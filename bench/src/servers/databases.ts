import { Client } from 'pg';

/** The databases that every system under test has, each with this word in its name. */
export const DATABASES = ['orders', 'inventory', 'payments', 'orchestrator'] as const;
export type DatabaseName = (typeof DATABASES)[number];
type Row = Record<string, unknown>;

/** The four databases of one system on the server, empty at first. */
export class SystemDatabases {
  constructor(
    readonly serverUrl: string,
    /** Before each name; keeps what we drop apart from what is somebody's. */
    readonly prefix: string,
  ) {}

  url(name: DatabaseName): string {
    return databaseUrl(this.serverUrl, this.prefix + name);
  }

  async recreate(): Promise<void> {
    await this.drop();
    for (const name of DATABASES) {
      await query(databaseUrl(this.serverUrl), `CREATE DATABASE "${this.prefix}${name}"`);
    }
  }

  async drop(): Promise<void> {
    for (const name of DATABASES) {
      const sql = `DROP DATABASE IF EXISTS "${this.prefix}${name}" WITH (FORCE)`;
      await query(databaseUrl(this.serverUrl), sql);
    }
  }

  query(name: DatabaseName, sql: string): Promise<Row[]> {
    return query(this.url(name), sql);
  }
}

export function databaseUrl(serverUrl: string, database = 'postgres'): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}

/** Runs a statement, or several without values, on a connection of its own; rows of the last one. */
export async function query(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Row>(sql);
    return (Array.isArray(result) ? result.at(-1) : result).rows;
  } finally {
    await client.end();
  }
}
