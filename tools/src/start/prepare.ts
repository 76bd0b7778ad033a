/**
 * `node tools/dist/start/prepare.js`: databases, schema and catalogue on a server that is there, and the
 * broker's policy. With passwords for them: the roles of the databases, and the virtual hosts and users
 * of the broker. It is what `npm start` does before the apps, for those who start the apps themselves
 * (docker-compose.yaml).
 */
import { AppCommandFailed } from '../apps/app-commands.js';
import { DATABASES } from '../apps/apps.js';
import { givenRoles } from '../roles/database-roles.js';
import { type DatabaseUsers, singleUser, usersOf } from '../roles/database-users.js';
import { makeRoles } from '../roles/make-roles.js';
import { makeGivenTopology } from '../topology/given-topology.js';
import { configuredAddresses, withoutPassword } from '../servers/configured-servers.js';
import { liftRedeliveryLimit } from './redelivery-limit.js';
import { migrateDatabases, seedIfEmpty } from './prepare-databases.js';

const { databaseServerUrl, rabbitmqUrl } = configuredAddresses(process.env);
const managementUrl = process.env.RABBITMQ_MANAGEMENT_URL;
const because = process.env.DATABASE_SERVER_URL ? 'DATABASE_SERVER_URL' : 'the usual place';
console.error(`asking ${withoutPassword(databaseServerUrl)} (${because})`);
try {
  const users = await databaseUsers();
  await migrateDatabases(databaseServerUrl, (line) => console.log(line), users);
  if (await seedIfEmpty(databaseServerUrl, users)) console.log('the catalogue is filled');
  const administrator = { managementUrl: managementUrl ?? '', amqpUrl: rabbitmqUrl };
  const brokerUsers = managementUrl && (await makeGivenTopology(administrator, process.env));
  if (brokerUsers) console.log(`the users of the broker are ${brokerUsers.join(', ')}`);
  else if (managementUrl && (await liftRedeliveryLimit(managementUrl, rabbitmqUrl))) {
    console.log("RabbitMQ's limit of redeliveries is lifted");
  }
} catch (error) {
  console.error(error instanceof AppCommandFailed ? error.message : error);
  process.exitCode = 1;
}

/** With the passwords of the roles, each app has its own; without any, one user does everything. */
async function databaseUsers(): Promise<DatabaseUsers> {
  const { roles, auditor, missing } = givenRoles(DATABASES, process.env);
  if (missing.length === 2 * DATABASES.length) return singleUser(databaseServerUrl);
  if (missing.length > 0)
    throw new Error(`The passwords of some roles are missing: ${missing.join(', ')}`);
  await makeRoles(databaseServerUrl, roles, { auditor });
  console.log('the roles of the databases have their passwords');
  return usersOf(databaseServerUrl, roles);
}
