/** `pnpm identity bootstrap`, `pnpm identity verify-events` and `pnpm identity keys`. */
import { createLogger, loadConfig, openDatabase } from '@backstitch/service-kit';
import { Command } from 'commander';
import 'reflect-metadata';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { storedEmail } from './accounts/email.js';
import { UsersRepository } from './admin/users.repository.js';
import { AdminPresent, BootstrapHandler } from './bootstrap/bootstrap.handler.js';
import { IdentityConfig } from './config.js';
import { addErasureCommands } from './erasure/erasure.command.js';
import { EventsRepository } from './events/events.repository.js';
import { addKeyCommands } from './key-commands.js';
import { OneTimeTokensRepository } from './one-time/one-time-tokens.repository.js';
import { PasswordHasher } from './passwords/password-hasher.client.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { AnotherEncryptionKey } from './tokens/key-operations.handler.js';

const config = loadConfig(IdentityConfig, [
  'DB_URL',
  'PORT',
  'ISSUER',
  'PAGES_URL',
  'KEY_ENCRYPTION_KEY',
  'NODE_ENV',
]);
const logger = createLogger({ app: 'identity', level: 'silent' });
const database = openDatabase({ url: config.DB_URL, name: 'identity', logger, poolMax: 2 });
const events = new EventsRepository(database);

async function bootstrap({ email: given }: { email: string }): Promise<void> {
  const email = storedEmail(given);
  if (email === undefined) return command.error(`${given} is no e-mail address`, { exitCode: 2 });
  const handler = new BootstrapHandler({
    users: new UsersRepository(database),
    accounts: new AccountsRepository(database),
    sessions: new SessionsRepository(database),
    links: new OneTimeTokensRepository(database),
    events,
    hasher: new PasswordHasher(),
  });
  try {
    const token = await handler.invite(email);
    console.log(`Open within an hour, once: ${config.pagesUrl}/bootstrap#token=${token}`);
  } catch (error) {
    if (!(error instanceof AdminPresent)) throw error;
    console.error('There is an admin already, who makes others.');
    process.exitCode = 1;
  }
}

async function verifyEvents({ head: given }: { head?: string }): Promise<void> {
  const [, seq, hash = ''] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(given ?? '') ?? [];
  if (given !== undefined && seq === undefined) {
    return command.error(`${given} is no number and hash of an event`, { exitCode: 2 });
  }
  const known = seq === undefined ? undefined : { seq: Number(seq), hash };
  const { events: count, problem, head } = await events.verify(known);
  if (problem === undefined) {
    const last = head ? `; the last one is ${head.seq}:${head.hash}` : '';
    console.log(`${count} events, unaltered${last}`);
  } else console.error(problem);
  process.exitCode = problem === undefined ? 0 : 1;
}

const command = new Command('identity');
command
  .command('bootstrap')
  .description('prints a link by which its owner becomes the first admin')
  .requiredOption('--email <address>', 'of the first admin')
  .action(bootstrap);
addKeyCommands(command, { config, database, events });
addErasureCommands(command, { database, events });
command
  .command('verify-events')
  .description('checks that no recorded event was altered, removed or inserted')
  .option('--head <number:hash>', 'the last event of an earlier check: that it is still there')
  .action(verifyEvents);
try {
  await command.parseAsync();
} catch (error) {
  if (!(error instanceof AnotherEncryptionKey)) throw error;
  console.error('KEY_ENCRYPTION_KEY must be the one of identity-service: nothing was changed.');
  process.exitCode = 1;
} finally {
  await database.close();
}
