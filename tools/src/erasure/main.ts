/** `pnpm erase`: makes every record of the system name a person no more. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { appFile } from '../apps/apps.js';
import { parseWords } from '../commands/arguments.js';
import { withoutPassword } from '../servers/configured-servers.js';
import { runCommand } from '../servers/run-command.js';
import { runningSystems } from '../servers/running-systems.js';
import { erasePerson, type Erasure } from './erase.js';
import { type AllUrls, eraseUrls } from './erase-urls.js';
import type { Person } from './person.js';

const [REFUSED, CANNOT_TELL] = [1, 2];
/** Every gateway refuses the tokens of an ended session within two seconds. */
const TOKENS_END_MS = 3_000;
const PSEUDONYM = /^erased-[0-9a-f-]{36}$/;

interface Options {
  email?: string;
  userId?: string;
  caller?: string;
  pseudonym: string;
}

/** As identity-service prints it. */
interface Account {
  id: string;
  email: string;
  name: string;
}

/** What stops the command, in words. */
class Stopped extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

function pseudonymOf(text: string): string {
  if (PSEUDONYM.test(text)) return text;
  throw new InvalidArgumentError('It is printed by an erasure that was interrupted.');
}

function optionsOf(words: readonly string[]): Options {
  const command = new Command('pnpm erase')
    .description(
      'Replaces a person by a pseudonym in all databases. Orders, payments and the stock ledger stay ' +
        'and agree. The account, the cart and the delivery data are deleted. The databases are those ' +
        'of DATABASE_SERVER_URL, else of the system that runs from this folder; ORDERS_DB_URL and so ' +
        'on name single ones. Each user must own its database.',
    )
    .option('--email <address>', 'the account of this address')
    .option('--user-id <id>', 'without an account: the userId of the checkouts')
    .option('--caller <id>', 'with --user-id, for another issuer: u:<issuer>:<subject>')
    .option('--pseudonym <text>', 'continues an erasure that was interrupted', pseudonymOf)
    .showHelpAfterError();
  const given = parseWords(command, words).opts<Partial<Options>>();
  if ((given.email === undefined) === (given.userId === undefined)) {
    command.error('error: name the person by --email or by --user-id', { exitCode: CANNOT_TELL });
  }
  return { pseudonym: `erased-${randomUUID()}`, ...given };
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  const asked = eraseUrls(process.env, runningSystems());
  if ('wrong' in asked) throw new Stopped(asked.wrong, CANNOT_TELL);
  const { address: urls, because } = asked;
  console.error(`asking ${Object.values(urls).map(withoutPassword).join(', ')} (${because})`);
  const account = options.email === undefined ? undefined : await begin(urls, options.email);
  const person: Person = account
    ? { subject: account.id, email: account.email, name: account.name }
    : { subject: options.userId!, ...(options.caller && { caller: options.caller }) };
  const { pseudonym } = options;
  console.error(`the pseudonym is ${pseudonym}`);
  try {
    tell(await erasePerson(urls, person, pseudonym));
  } catch (error) {
    if (error instanceof Stopped) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Stopped(`${why}\nContinue it with --pseudonym ${pseudonym}`, CANNOT_TELL);
  }
  if (account) await identity(urls, ['end', account.id]);
  console.log('no record names the person any more');
}

/** Ends the sessions of the account, so that it begins nothing any more. */
async function begin(urls: AllUrls, email: string): Promise<Account> {
  const account = JSON.parse(await identity(urls, ['begin', '--email', email])) as Account;
  console.error('the account is disabled; waiting until every gateway refuses its tokens');
  await pause(TOKENS_END_MS);
  return account;
}

async function identity({ identity: DB_URL }: AllUrls, words: readonly string[]): Promise<string> {
  const file = appFile('identity-service', 'cli.js');
  const env = { ...process.env, DB_URL };
  const { code, stdout, stderr } = await runCommand(process.execPath, [file, 'erasure', ...words], {
    env,
  });
  if (code !== 0) throw new Stopped(stderr.trim(), code === REFUSED ? REFUSED : CANNOT_TELL);
  return stdout;
}

function tell(erasure: Erasure): void {
  if (erasure.kind === 'erased') {
    for (const [table, count] of Object.entries(erasure.rows)) console.log(`${table}: ${count}`);
    return;
  }
  const { sagaIds, deadLetterIds, productIds } = erasure.blockers;
  const lines = [
    ...sagaIds.map((id) => `saga ${id} is not finished: wait, or see pnpm sagas`),
    ...deadLetterIds.map((id) => `dead letter ${id} is open: see pnpm dead-letters`),
    ...productIds.map((id) => `product ${id} is on sale: archive it`),
  ];
  throw new Stopped(`nothing was erased:\n${lines.join('\n')}`, REFUSED);
}

try {
  await main();
} catch (error) {
  const isTold = error instanceof CommanderError; // it has said why itself
  if (!isTold && !(error instanceof Stopped)) throw error;
  if (!isTold) console.error(error.message);
  process.exitCode = isTold ? (error.exitCode === 0 ? 0 : CANNOT_TELL) : error.code;
}
