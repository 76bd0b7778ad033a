import { serverRows } from '@backstitch/tools';

/** What PostgreSQL must be started with so that it counts statements. */
export const COUNTING = { shared_preload_libraries: 'pg_stat_statements' };

export interface StatementCost {
  database: string;
  calls: number;
  ms: number;
  rows: number;
  /** The beginning of its text. */
  text: string;
}

const TEXT_LENGTH_MAX = 90;

/** Statements by the time they took since `start`; none when the server does not count them. */
export class Statements {
  constructor(private readonly serverUrl: string) {}

  async start(): Promise<void> {
    const counted = `SELECT 1 FROM pg_settings
      WHERE name = 'shared_preload_libraries' AND setting LIKE '%pg_stat_statements%'`;
    if ((await this.query(counted)).length === 0) return;
    await this.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await this.query('SELECT pg_stat_statements_reset()');
  }

  async dearest(count: number, prefix: string): Promise<StatementCost[]> {
    const installed = `SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'`;
    if ((await this.query(installed)).length === 0) return [];
    const rows = await this.query(
      `SELECT datname, sum(calls) AS calls, sum(total_exec_time) AS ms, sum(rows) AS rows, query
        FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
        WHERE starts_with(datname, '${prefix}')
        GROUP BY datname, query ORDER BY ms DESC LIMIT ${count}`,
    );
    return rows.map(({ datname, calls, ms, rows: touched, query: text }) => ({
      database: String(datname).slice(prefix.length),
      calls: Number(calls),
      ms: Number(ms),
      rows: Number(touched),
      text: String(text).replaceAll(/\s+/g, ' ').trim().slice(0, TEXT_LENGTH_MAX),
    }));
  }

  private query(sql: string) {
    return serverRows(this.serverUrl, sql);
  }
}
