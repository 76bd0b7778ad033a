import { openSession } from '@backstitch/database';
import { escapeIdentifier } from 'pg';
import { databaseUrl } from '../servers/configured-servers.js';
import type { DatabaseRoles, Login } from './database-roles.js';
import {
  connectStatements,
  HAND_OVER,
  noteStatement,
  roleStatement,
  ROLES_OF_A_DEPLOYMENT,
  schemaStatements,
} from './role-statements.js';

type Session = Awaited<ReturnType<typeof openSession>>;

/** Any number: two of these steps on one server run one after the other. */
const LOCK = 1_884_303_202;
/** A table that is handed over while it is used: its session is waited for so long. */
const LOCK_TIMEOUT_MS = 5_000;

/** Whether the user of this address may make roles and databases as it likes. */
export async function isSuperuser(databaseServerUrl: string): Promise<boolean> {
  const rows = await onDatabase(databaseServerUrl, 'postgres', async (session) => {
    const sql = 'SELECT rolsuper AS yes FROM pg_roles WHERE rolname = current_user';
    return (await session.query<{ yes: boolean }>(sql)).rows;
  });
  return rows[0]?.yes === true;
}

/** Whether a deployment has made some of these roles: it knows their passwords, and needs them. */
export async function isDeployed(
  databaseServerUrl: string,
  roles: readonly DatabaseRoles[],
): Promise<boolean> {
  const names = roles.flatMap(({ owner, app }) => [owner.role, app.role]);
  return onDatabase(databaseServerUrl, 'postgres', async (session) => {
    return ((await session.query(ROLES_OF_A_DEPLOYMENT, [names])).rowCount ?? 0) > 0;
  });
}

export interface RoleOptions {
  auditor?: Login | undefined;
  /** Their passwords are those of `npm start` [false]. */
  areDerived?: boolean;
}

/**
 * Makes the roles and their databases, as a superuser, and gives the roles their passwords. Safe to
 * repeat, on databases with data too: then it changes the passwords, and hands over to the owner
 * what another user has made. The migrations give the app its rights afterwards.
 */
export async function makeRoles(
  databaseServerUrl: string,
  roles: readonly DatabaseRoles[],
  { auditor, areDerived = false }: RoleOptions = {},
): Promise<void> {
  await onDatabase(databaseServerUrl, 'postgres', async (session) => {
    await session.query('SELECT pg_advisory_lock($1)', [LOCK]);
    for (const login of [...roles.flatMap(({ owner, app }) => [owner, app]), auditor]) {
      if (login) await makeRole(session, login, areDerived);
    }
    if (auditor) await session.query(`GRANT pg_read_all_data TO ${escapeIdentifier(auditor.role)}`);
    for (const one of roles) {
      await makeDatabase(session, one.database);
      for (const statement of connectStatements(one, auditor)) await session.query(statement);
      await onDatabase(databaseServerUrl, one.database, (inside) => handOver(inside, one));
    }
  });
}

async function makeRole(session: Session, login: Login, isDerived: boolean): Promise<void> {
  const found = await session.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [login.role]);
  await session.query(roleStatement(login, found.rowCount === 1));
  await session.query(noteStatement(login, isDerived));
}

async function makeDatabase(session: Session, name: string): Promise<void> {
  const found = await session.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (found.rowCount === 1) return;
  await session.query(
    `CREATE DATABASE ${escapeIdentifier(name)} ENCODING 'UTF8' TEMPLATE template0`,
  );
}

async function handOver(session: Session, { owner }: DatabaseRoles): Promise<void> {
  await session.query('BEGIN');
  await session.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  const { rows } = await session.query<{ statement: string }>(HAND_OVER, [owner.role]);
  for (const { statement } of rows) await session.query(statement);
  for (const statement of schemaStatements(owner.role)) await session.query(statement);
  await session.query('COMMIT');
}

async function onDatabase<Result>(
  serverUrl: string,
  database: string,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await openSession(databaseUrl(serverUrl, database), { name: 'roles' });
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}
