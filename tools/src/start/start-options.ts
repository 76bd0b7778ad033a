export const START_HELP = `npm start [-- --fresh]

Sets up everything and serves: PostgreSQL and RabbitMQ (found, or started), databases, demo data,
five apps. Ctrl-C stops what it started.

  --fresh               wipe the private servers' data first
  PORT=3100             the gateway's port; the other apps take the next four (0: any free ones)
  METRICS_PORT=4100     the gateway's port for /metrics and /health/dependencies; not set: 1000 above PORT
  DATABASE_SERVER_URL   host and credentials of all four databases
  RABBITMQ_URL          the broker
  BACKSTITCH_SERVERS=private   never use servers that run already, start private ones
  BACKSTITCH_PASSWORDS=random  private servers get random passwords, in place of the documents'

Every other variable reaches the apps that read it (see each app's .env.example).`;

export type StartOptions = { fresh: boolean; help: boolean } | { wrong: string };

export function startOptions(words: readonly string[]): StartOptions {
  const unknown = words.find((word) => !['--fresh', '--help', '-h', '--'].includes(word));
  if (unknown !== undefined) return { wrong: `"${unknown}" is not an option.\n\n${START_HELP}` };
  return {
    fresh: words.includes('--fresh'),
    help: words.includes('--help') || words.includes('-h'),
  };
}
