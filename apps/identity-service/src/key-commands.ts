import type { Database } from '@backstitch/database';
import { type Command, InvalidArgumentError } from 'commander';
import type { IdentityConfig } from './config.js';
import type { EventsRepository } from './events/events.repository.js';
import { Sealing } from './sealing/sealing.js';
import { KeyOperations } from './tokens/key-operations.handler.js';
import { SigningKeysRepository } from './tokens/signing-keys.repository.js';

/** Gateways read the keys again at most every 30 s when they see an unknown one. */
const PUBLISHED_S = 35;
const PUBLISHED_S_MAX = 86_400;

export interface KeyCommandParts {
  config: IdentityConfig;
  database: Database;
  events: EventsRepository;
}

/** Adds `keys list`, `keys rotate` and `keys revoke <kid>`. */
export function addKeyCommands(command: Command, parts: KeyCommandParts): void {
  const { config, database, events } = parts;
  const operations = () =>
    new KeyOperations(
      new SigningKeysRepository(database, events),
      new Sealing(config.keyEncryptionKey),
    );
  const keys = command.command('keys').description('the keys that sign access tokens');
  keys
    .command('list')
    .description('prints the keys with their state and since when they have it')
    .action(async () => {
      for (const { kid, state, stateAtMs } of await operations().list()) {
        console.log(`${kid}  ${state.padEnd(7)}  since ${new Date(stateAtMs).toISOString()}`);
      }
    });
  keys
    .command('rotate')
    .description('lets another key sign; tokens of the one that signed stay valid')
    .option('--published <seconds>', 'before it signs', seconds, PUBLISHED_S)
    .action(async ({ published }: { published: number }) => {
      console.error(`The next key is published for at least ${published} s before it signs.`);
      console.log(`${await operations().rotate(published * 1_000)} signs now`);
    });
  keys
    .command('revoke')
    .argument('<kid>', 'the key, as `keys list` prints it')
    .description('makes all tokens of a key invalid; if it signed, another key signs at once')
    .action(async (kid: string) => {
      if (await operations().revoke(kid)) return console.log(`${kid} is revoked`);
      console.error(`There is no key ${kid} in use; see: pnpm identity keys list`);
      process.exitCode = 1;
    });
}

function seconds(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= PUBLISHED_S_MAX) return value;
  throw new InvalidArgumentError(`It must be an integer from 0 to ${PUBLISHED_S_MAX}.`);
}
