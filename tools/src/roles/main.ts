/**
 * `pnpm db:roles`: makes the roles of the databases on the server of DATABASE_SERVER_URL, or changes
 * their passwords; the variables below name them. Migrations follow, as the owners.
 */
import { reasonOf } from '@backstitch/database';
import { DATABASES } from '../apps/apps.js';
import { configuredAddresses, withoutPassword } from '../servers/configured-servers.js';
import { givenRoles } from './database-roles.js';
import { isSuperuser, makeRoles } from './make-roles.js';

async function main(): Promise<string> {
  const { databaseServerUrl } = configuredAddresses(process.env);
  const { roles, auditor, missing } = givenRoles(DATABASES, process.env);
  if (missing.length > 0) throw new Error(`Set the passwords of the roles: ${missing.join(', ')}.`);
  const server = withoutPassword(databaseServerUrl);
  if (!(await isSuperuser(databaseServerUrl))) {
    throw new Error(`The user of ${server} is no superuser. Name one in DATABASE_SERVER_URL.`);
  }
  await makeRoles(databaseServerUrl, roles, { auditor });
  const names = roles.flatMap(({ owner, app }) => [owner.role, app.role]);
  return `${server}: ${[...names, ...(auditor ? [auditor.role] : [])].join(', ')} have their passwords`;
}

main().then(
  (line) => console.log(line),
  (error: unknown) => {
    console.error(reasonOf(error));
    process.exitCode = 1;
  },
);
