import { databaseUrl, hasDemoPassword } from '../servers/configured-servers.js';
import { type DatabaseRoles, derivedRoles, loginUrl } from './database-roles.js';
import { isDeployed, isSuperuser, makeRoles } from './make-roles.js';

/** The addresses of each database for its migrations, and for its app. */
export interface DatabaseUsers {
  owner: (database: string) => string;
  app: (database: string) => string;
}

/** One user for everything, as in the address of the server. */
export function singleUser(databaseServerUrl: string): DatabaseUsers {
  const url = (database: string) => databaseUrl(databaseServerUrl, database);
  return { owner: url, app: url };
}

export function usersOf(databaseServerUrl: string, roles: readonly DatabaseRoles[]): DatabaseUsers {
  const rolesOf = (database: string) => roles.find((one) => one.database === database)!;
  return {
    owner: (database) => loginUrl(databaseServerUrl, database, rolesOf(database).owner),
    app: (database) => loginUrl(databaseServerUrl, database, rolesOf(database).app),
  };
}

/**
 * What `npm start` does: each app gets a role of its own when the user of the server may make roles.
 * Roles of a deployment, such as Docker Compose, on the same server keep their passwords. From a password that is publicly known no password is derived in production: the apps refuse it.
 */
export async function developmentUsers(
  databaseServerUrl: string,
  databases: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<DatabaseUsers> {
  const isRefused = env.NODE_ENV === 'production' && hasDemoPassword(databaseServerUrl);
  if (isRefused || !(await isSuperuser(databaseServerUrl))) return singleUser(databaseServerUrl);
  const roles = databases.map((database) => derivedRoles(databaseServerUrl, database));
  if (await isDeployed(databaseServerUrl, roles)) return singleUser(databaseServerUrl);
  await makeRoles(databaseServerUrl, roles, { areDerived: true });
  return usersOf(databaseServerUrl, roles);
}
