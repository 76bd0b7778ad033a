import { escapeIdentifier } from 'pg';

/** Which rows the app only adds: it changes and removes none of them. */
export interface AppRights {
  /** Tables, with their schema where it is not `public`. Partitions count with their parent. */
  appendOnly: readonly string[];
  /** Of an append-only table, the columns that the app may fill later. */
  fillable?: Readonly<Record<string, readonly string[]>>;
}

/** A table of the database, as `TABLES` reads it. */
export interface OwnedTable {
  schema: string;
  name: string;
  /** Of a partition, its outermost parent; else the table itself. */
  root: string;
}

/** The schema that records which migrations the database has. */
const RECORD_SCHEMA = 'drizzle';

/** The role of an app: it reads and writes rows, and defines nothing. Pure. */
export function appRoleOf(owner: string): string | undefined {
  return owner.endsWith('_owner') ? owner.replace(/_owner$/, '_app') : undefined;
}

/** Every table in the schemas of the database, with its schema where that is not `public`. */
export const TABLES = `
SELECT n.nspname AS schema, c.relname AS name,
  CASE WHEN root.relnamespace = 'public'::regnamespace THEN root.relname
    ELSE root.relnamespace::regnamespace || '.' || root.relname END AS root
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class root ON root.oid = coalesce(pg_partition_root(c.oid), c.oid)
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 1, 2`;

/**
 * What the owner of a database grants its app: to read and write rows, and only to add rows to the
 * append-only tables. A table of a later migration starts as an append-only one. Pure.
 */
export function rightsStatements(
  app: string,
  tables: readonly OwnedTable[],
  { appendOnly, fillable = {} }: AppRights,
): string[] {
  const to = escapeIdentifier(app);
  const schemas = [...new Set(['public', ...tables.map(({ schema }) => schema)])];
  const perTable = tables.flatMap(({ schema, name, root }) => {
    const on = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
    const all = `REVOKE ALL ON ${on} FROM ${to}`;
    if (schema === RECORD_SCHEMA) return [all, `GRANT SELECT ON ${on} TO ${to}`];
    if (!appendOnly.includes(root)) {
      return [all, `GRANT SELECT, INSERT, UPDATE, DELETE ON ${on} TO ${to}`];
    }
    const columns = fillable[root]?.map((column) => escapeIdentifier(column)).join(', ');
    return [
      all,
      `GRANT SELECT, INSERT ON ${on} TO ${to}`,
      ...(columns ? [`GRANT UPDATE (${columns}) ON ${on} TO ${to}`] : []),
    ];
  });
  const perSchema = schemas.flatMap((schema) => {
    const name = escapeIdentifier(schema);
    if (schema === RECORD_SCHEMA) return [`GRANT USAGE ON SCHEMA ${name} TO ${to}`];
    return [
      `GRANT USAGE ON SCHEMA ${name} TO ${to}`,
      `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${name} TO ${to}`,
      `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${name} TO ${to}`,
    ];
  });
  return [
    `ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO ${to}`,
    `ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO ${to}`,
    ...perSchema,
    ...perTable,
  ];
}
