import type { Database } from '@backstitch/database';
import type { Command } from 'commander';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { storedEmail } from '../accounts/email.js';
import { UsersRepository } from '../admin/users.repository.js';
import type { EventsRepository } from '../events/events.repository.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import { ErasureHandler, ErasureRefused } from './erasure.handler.js';

/** Adds `erasure begin` and `erasure end`, the parts of `pnpm erase` that concern accounts. */
export function addErasureCommands(
  command: Command,
  { database, events }: { database: Database; events: EventsRepository },
): void {
  const handler = () =>
    new ErasureHandler({
      accounts: new AccountsRepository(database),
      users: new UsersRepository(database),
      sessions: new SessionsRepository(database),
      events,
    });
  const erasure = command
    .command('erasure')
    .description('the parts of `pnpm erase` that concern accounts');
  erasure
    .command('begin')
    .description('disables an account and ends its sessions; prints its id as JSON')
    .requiredOption('--email <address>', 'of the account')
    .action(async ({ email: given }: { email: string }) => {
      const email = storedEmail(given);
      if (email === undefined) command.error(`${given} is no e-mail address`, { exitCode: 2 });
      try {
        console.log(JSON.stringify(await handler().begin(email)));
      } catch (error) {
        if (!(error instanceof ErasureRefused)) throw error;
        console.error(error.message);
        process.exitCode = 1;
      }
    });
  erasure
    .command('end')
    .description('deletes an account whose erasure was begun')
    .argument('<id>', 'of the account')
    .action((id: string) => handler().end(id));
}
