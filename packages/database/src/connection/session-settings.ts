export interface SessionTerms {
  /** The server gives up on a statement after this long [never]. */
  readonly statementTimeoutMs?: number | undefined;
  /** And on waiting for one lock after this long [never]. */
  readonly lockTimeoutMs?: number | undefined;
  /** A transaction whose client falls silent is rolled back after this long [never]. */
  readonly idleInTransactionTimeoutMs?: number | undefined;
  /**
   * Every statement finds its rows by their keys. Its plan is made once a connection, and one made
   * while the tables were still empty must not be a scan when they are full [false].
   */
  readonly keyLookups?: boolean | undefined;
}

/**
 * What the statements and the readers of their answers rely on, whatever a database, a role or the
 * server's configuration says. `default_transaction_read_only` is not among them: an administrator
 * stops the writes with it.
 */
const RELIED_ON: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  datestyle: 'ISO, MDY',
  timezone: 'UTC',
  intervalstyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  quote_all_identifiers: 'off',
  transform_null_equals: 'off',
  row_security: 'on',
  search_path: 'public',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
};

const KEY_LOOKUPS: Readonly<Record<string, string>> = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_indexscan: 'on',
  enable_indexonlyscan: 'on',
  enable_bitmapscan: 'on',
  enable_nestloop: 'on',
  jit: 'off',
};

/** Settings that not every server has, or not every role may change: set only where they differ. */
const WHERE_THEY_DIFFER = `SELECT pg_catalog.set_config(name, value, false)
FROM (VALUES ('idle_session_timeout', '0'), ('transaction_timeout', '0'),
  ('session_replication_role', 'origin')) AS wanted (name, value)
WHERE pg_catalog.current_setting(name, true) <> value`;

/**
 * A commit that was answered survives a crash of the server. Only a database or a role that says
 * otherwise is overruled: what the server's configuration says is meant for all.
 */
const COMMITS_LAST = `SELECT pg_catalog.set_config(name, 'on', false) FROM pg_catalog.pg_settings
WHERE name = 'synchronous_commit' AND setting = 'off'
  AND source IN ('database', 'user', 'database user')`;

/**
 * One query that fixes every setting of a session. Sent once the connection is made, and not with
 * its start-up message: a pooler such as PgBouncer refuses start-up parameters. Pure.
 */
export function sessionQuery(terms: SessionTerms): string {
  const settings: Record<string, string> = {
    // First, so that no hostile value of it can stop what follows.
    statement_timeout: timeout(terms.statementTimeoutMs),
    lock_timeout: timeout(terms.lockTimeoutMs),
    idle_in_transaction_session_timeout: timeout(terms.idleInTransactionTimeoutMs),
    ...RELIED_ON,
    ...(terms.keyLookups && KEY_LOOKUPS),
  };
  const sets = Object.entries(settings).map(([name, value]) => `SET ${name} TO ${literal(value)}`);
  return [...sets, WHERE_THEY_DIFFER, COMMITS_LAST].join(';\n');
}

function timeout(ms: number | undefined): string {
  return String(Math.ceil(ms ?? 0));
}

/** A list ("ISO, MDY") is a list of words for SET, not one text. */
function literal(value: string): string {
  return value
    .split(', ')
    .map((word) => `'${word}'`)
    .join(', ');
}
