import { createHmac } from 'node:crypto';
import { databaseUrl } from '../servers/configured-servers.js';

/** Of one database: who defines its tables, and as whom its app reads and writes their rows. */
export interface DatabaseRoles {
  database: string;
  owner: Login;
  app: Login;
}

export interface Login {
  role: string;
  password: string;
}

/** Reads every database; writes nothing. */
const AUDITOR = 'auditor';

/** The names are a rule, so that the migrations know them: orders → orders_owner, orders_app. */
function roleNames(database: string): { owner: string; app: string } {
  return { owner: `${database}_owner`, app: `${database}_app` };
}

/** The address of a database, for another user than the one in the address of the server. */
export function loginUrl(
  databaseServerUrl: string,
  database: string,
  { role, password }: Login,
): string {
  const url = new URL(databaseUrl(databaseServerUrl, database));
  url.username = encodeURIComponent(role);
  url.password = encodeURIComponent(password);
  return url.toString();
}

/**
 * The roles of a development system. Their passwords follow from the superuser's: two systems on one
 * server agree on them, and nothing has to keep them. Who does not know the superuser's password
 * cannot find them out.
 */
export function derivedRoles(databaseServerUrl: string, database: string): DatabaseRoles {
  const secret = new URL(databaseServerUrl).password;
  const login = (role: string): Login => ({
    role,
    password: createHmac('sha256', secret).update(`backstitch role ${role}`).digest('hex'),
  });
  const { owner, app } = roleNames(database);
  return { database, owner: login(owner), app: login(app) };
}

/** The variable that has the password of a role: orders_app → ORDERS_APP_PASSWORD. */
function passwordVariable(role: string): string {
  return `${role.toUpperCase()}_PASSWORD`;
}

/** The roles with the passwords of these variables, and the variables that are missing. Pure. */
export function givenRoles(
  databases: readonly string[],
  env: NodeJS.ProcessEnv,
): { roles: DatabaseRoles[]; auditor: Login | undefined; missing: string[] } {
  const missing: string[] = [];
  const login = (role: string): Login => {
    const password = env[passwordVariable(role)]?.trim();
    if (!password) missing.push(passwordVariable(role));
    return { role, password: password ?? '' };
  };
  const roles = databases.map((database) => {
    const { owner, app } = roleNames(database);
    return { database, owner: login(owner), app: login(app) };
  });
  const auditor = env[passwordVariable(AUDITOR)]?.trim();
  return { roles, auditor: auditor ? { role: AUDITOR, password: auditor } : undefined, missing };
}
