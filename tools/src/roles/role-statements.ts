import { escapeIdentifier, escapeLiteral } from 'pg';
import type { DatabaseRoles, Login } from './database-roles.js';

const NO_POWERS = 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';

/** Makes a role, or gives one that is there this password. It has no power over the server. Pure. */
export function roleStatement({ role, password }: Login, exists: boolean): string {
  const verb = exists ? 'ALTER' : 'CREATE';
  return `${verb} ROLE ${escapeIdentifier(role)} LOGIN ${NO_POWERS} PASSWORD ${escapeLiteral(password)}`;
}

/** On roles whose passwords `npm start` has derived: it may set these again, and no others. */
const DERIVED = 'its password is derived by npm start';

/** Notes on a role whether its password is a derived one. Pure. */
export function noteStatement({ role }: Login, isDerived: boolean): string {
  const note = isDerived ? escapeLiteral(DERIVED) : 'NULL';
  return `COMMENT ON ROLE ${escapeIdentifier(role)} IS ${note}`;
}

/** Of the roles in $1 those whose password is a deployment's. */
export const ROLES_OF_A_DEPLOYMENT = `
SELECT rolname AS name FROM pg_roles WHERE rolname = ANY ($1)
  AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM ${escapeLiteral(DERIVED)}`;

/** Who may connect to a database: its owner, its app, and the auditor. Pure. */
export function connectStatements(
  { database, owner, app }: DatabaseRoles,
  auditor: Login | undefined,
): string[] {
  const on = `ON DATABASE ${escapeIdentifier(database)}`;
  const readers = [app, ...(auditor ? [auditor] : [])];
  return [
    `ALTER DATABASE ${escapeIdentifier(database)} OWNER TO ${escapeIdentifier(owner.role)}`,
    `REVOKE ALL ${on} FROM PUBLIC`,
    ...readers.map(({ role }) => `GRANT CONNECT ${on} TO ${escapeIdentifier(role)}`),
  ];
}

/**
 * What another user than the owner has made in a database, as statements that hand it over. An owner
 * needs it to migrate on. Sequences of columns and types of tables follow their table.
 */
export const HAND_OVER = `
SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, $1::text) AS statement
FROM pg_namespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspowner <> $1::text::regrole
UNION ALL
SELECT format('ALTER %s %I.%I OWNER TO %I',
  CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
    ELSE 'TABLE' END, n.nspname, c.relname, $1::text)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'S', 'v', 'm') AND c.relowner <> $1::text::regrole
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
    AND d.deptype IN ('a', 'i', 'e') AND c.relkind = 'S')
UNION ALL
SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, $1::text)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.proowner <> $1::text::regrole AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e')`;

/** Only the owner defines anything in the schema that every database has. Pure. */
export function schemaStatements(owner: string): string[] {
  return [
    `REVOKE ALL ON SCHEMA public FROM PUBLIC`,
    `GRANT ALL ON SCHEMA public TO ${escapeIdentifier(owner)}`,
  ];
}
