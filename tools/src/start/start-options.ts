import { Command } from 'commander';
import { parseWords } from '../commands/arguments.js';

export interface StartOptions {
  fresh: boolean;
}

const VARIABLES = `
Variables:
  PORT=3100             the gateway's port; the other apps take the next ones (0: any free ones)
  METRICS_PORT=4100     the gateway's port for /metrics and /health/dependencies; not set: 1000 above PORT
  DATABASE_SERVER_URL   host and credentials of all databases
  RABBITMQ_URL          the broker
  BACKSTITCH_SERVERS=private   never use servers that run already, start private ones
  BACKSTITCH_PASSWORDS=random  private servers get random passwords, not those of the documents

Every other variable reaches the apps that read it (see each app's .env.example).`;

/** Reads the command's words. Throws a CommanderError after it said what is wrong, or for --help. */
export function startOptions(words: readonly string[]): StartOptions {
  const command = new Command('npm start --')
    .description(
      'Sets up and starts everything: PostgreSQL and RabbitMQ (found, or started), databases, demo data ' +
        'and the apps. Ctrl-C stops what it started.',
    )
    .option('--fresh', 'remove the data of the private servers first', false)
    .addHelpText('after', VARIABLES)
    .showHelpAfterError();
  return parseWords(command, words).opts<StartOptions>();
}
