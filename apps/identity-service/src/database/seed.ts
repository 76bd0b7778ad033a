import { databaseFault, migrateCommand } from '@backstitch/database';
import { createLogger, loadConfig, openDatabase } from '@backstitch/service-kit';
import { DEMO_ACCOUNTS } from '@backstitch/shared-types';
import { fileURLToPath } from 'node:url';
import 'reflect-metadata';
import { IdentityConfig } from '../config.js';
import { DemoAccountsRepository } from '../demo/demo-accounts.repository.js';
import { PasswordHasher } from '../passwords/password-hasher.client.js';
import { Sealing } from '../sealing/sealing.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
/** SQLSTATEs of a database, and of tables, that are not there yet. */
const NOT_MIGRATED = ['3D000', '42P01'];

const { NODE_ENV } = loadConfig(IdentityConfig, ['NODE_ENV']);
if (NODE_ENV === 'production') {
  process.stderr.write('Refusing to seed: everybody knows the passwords of the demo accounts.\n');
  process.exit(1);
}
const { DB_URL: url, keyEncryptionKey } = loadConfig(IdentityConfig, [
  'DB_URL',
  'KEY_ENCRYPTION_KEY',
]);
const logger = createLogger({ app: 'identity', level: 'silent' });
const database = openDatabase({ url, name: 'identity', logger, poolMax: 1 });
try {
  const sealing = new Sealing(keyEncryptionKey);
  const accounts = new DemoAccountsRepository(database);
  await accounts.restore(DEMO_ACCOUNTS, new PasswordHasher(), sealing);
  for (const { email, password } of DEMO_ACCOUNTS) console.log(`${email}  ${password}`);
} catch (error) {
  process.stderr.write(`${inWords(error)}\n`);
  process.exitCode = 1;
} finally {
  await database.close();
}

function inWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (NOT_MIGRATED.includes(code)) {
    return `There are no tables yet: run ${migrateCommand(MIGRATIONS)} first.`;
  }
  if (code === '23505') {
    return 'Refusing to seed: another account has the e-mail address of a demo account.';
  }
  if (databaseFault(error) === 'away') {
    return `The database cannot be used (${code}): DB_URL says where it is.`;
  }
  throw error;
}
