/**
 * `node tools/dist/start/prepare.js`: databases, schema and catalogue on a server that is there; what
 * `npm start` does before the apps, for those who start the apps themselves (docker-compose.yaml).
 */
import { configuredAddresses } from '../servers/configured-servers.js';
import { migrateDatabases, PreparationFailed, seedIfEmpty } from './prepare-databases.js';

const { databaseServerUrl } = configuredAddresses(process.env);
try {
  await migrateDatabases(databaseServerUrl, (line) => console.log(line));
  if (await seedIfEmpty(databaseServerUrl)) console.log('the catalogue is filled');
} catch (error) {
  if (!(error instanceof PreparationFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
