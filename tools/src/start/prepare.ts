/**
 * `node tools/dist/start/prepare.js`: databases, schema and catalogue on a server that is there, and the
 * broker's policy; what `npm start` does before the apps, for those who start the apps themselves
 * (docker-compose.yaml).
 */
import { AppCommandFailed } from '../apps/app-commands.js';
import { configuredAddresses, withoutPassword } from '../servers/configured-servers.js';
import { liftRedeliveryLimit } from './redelivery-limit.js';
import { migrateDatabases, seedIfEmpty } from './prepare-databases.js';

const { databaseServerUrl, rabbitmqUrl } = configuredAddresses(process.env);
const managementUrl = process.env.RABBITMQ_MANAGEMENT_URL;
const because = process.env.DATABASE_SERVER_URL ? 'DATABASE_SERVER_URL' : 'the usual place';
console.error(`asking ${withoutPassword(databaseServerUrl)} (${because})`);
try {
  await migrateDatabases(databaseServerUrl, (line) => console.log(line));
  if (await seedIfEmpty(databaseServerUrl)) console.log('the catalogue is filled');
  if (managementUrl && (await liftRedeliveryLimit(managementUrl, rabbitmqUrl))) {
    console.log("RabbitMQ's limit of redeliveries is lifted");
  }
} catch (error) {
  console.error(error instanceof AppCommandFailed ? error.message : error);
  process.exitCode = 1;
}
