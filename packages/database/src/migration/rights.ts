import type { Client } from 'pg';
import { beginWith, PipelinedTransaction } from '../transaction/pipelined-transaction.js';
import {
  type AppRights,
  appRoleOf,
  type OwnedTable,
  rightsStatements,
  TABLES,
} from './rights-statements.js';

const ROLE_EXISTS = 'SELECT 1 FROM pg_roles WHERE rolname = $1';

/**
 * Gives the app's role its rights, in one transaction; only when the session is that of the owner of
 * the database, and the app has a role. A single user for everything needs no rights.
 */
export async function grantRights(client: Client, rights: AppRights): Promise<void> {
  const { rows } = await client.query<{ owner: string }>('SELECT current_user AS owner');
  const app = appRoleOf(rows[0]!.owner);
  if (app === undefined || (await client.query(ROLE_EXISTS, [app])).rowCount === 0) return;
  const tables = (await client.query<OwnedTable>(TABLES)).rows;
  await new PipelinedTransaction(client, beginWith({})).run(async (transaction) => {
    await client.query(rightsStatements(app, tables, rights).join(';\n'));
    await transaction.commit();
  });
}

/**
 * The tables that this session's role may not read or add rows to, and the schemas that it may not
 * use. Without them a command would fail in the middle of its work.
 */
const LACKING = `
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'drizzle')
  AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
    AND has_table_privilege(c.oid, 'INSERT'))
ORDER BY 1`;

/** Throws, saying how it is mended, when the role of the connection lacks rights that an app needs. */
export async function requireRights(database: Pick<Client, 'query'>): Promise<void> {
  const { rows } = await database.query<{ name: string }>(LACKING);
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw new Error(
    `its role may not read or write ${names}: run the migrations as the owner of the database`,
  );
}
