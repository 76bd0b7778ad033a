import { fileURLToPath } from 'node:url';
import { databaseFault, migrateCommand } from '@backstitch/database';
import { AnotherCurrency, loadConfig } from '@backstitch/service-kit';
import { InventoryConfig } from '../config.js';
import { SeedRefused, seedCatalogue } from './seed-catalogue.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
/** SQLSTATEs of a database, and of tables, that are not there yet. */
const NOT_MIGRATED = ['3D000', '42P01'];

try {
  const { DB_URL: url, CURRENCY: currency } = loadConfig(InventoryConfig, ['DB_URL', 'CURRENCY']);
  await seedCatalogue({
    url,
    currency,
    force: process.argv.includes('--force'),
    print: (line) => process.stdout.write(`${line}\n`),
  });
} catch (error) {
  process.stderr.write(`${inWords(error)}\n`);
  process.exitCode = 1;
}

function inWords(error: unknown): string {
  if (error instanceof SeedRefused) return error.message;
  if (error instanceof AnotherCurrency) return `Refusing to seed: ${error.message}.`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (NOT_MIGRATED.includes(code)) {
    return `There are no tables yet: run ${migrateCommand(MIGRATIONS)} first.`;
  }
  if (databaseFault(error) === 'away') {
    return `The database cannot be used (${code}): DB_URL says where it is.`;
  }
  throw error;
}
