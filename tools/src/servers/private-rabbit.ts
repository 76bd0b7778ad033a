import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { ManagementClient, type StopStep } from '@backstitch/launcher';
import { accountForRabbit, type Account } from './account.js';
import { ChildServer } from './child-server.js';
import { makeFolder, openDataFolder } from './data-folder.js';
import { rabbitLogin } from './logins.js';
import { NameServer } from './name-server.js';
import { freePort, freePorts } from './ports.js';
import { DEMO_PASSWORDS } from './configured-servers.js';
import { formerPasswords, keptSecret, PASSWORD_FILE, writePrivate } from './private-files.js';
import { pathKey } from './project.js';
import { ProcessLedger } from './process-ledger.js';
import { systemRabbit, type RabbitBinaries } from './rabbit-binaries.js';
import {
  COOKIE_FILE,
  ENABLED_PLUGINS,
  rabbitCommandEnvironment,
  rabbitConfig,
  rabbitEnvironment,
  type RabbitPlan,
} from './rabbit-recipe.js';
import { replaceRabbitPassword } from './replace-password.js';
import { runCommand, type CommandResult } from './run-command.js';

export interface PrivateRabbitOptions {
  /** Wished place; the server says where its data really is (see dataFolderFor). */
  dataDir: string;
  amqpPort?: number;
  managementPort?: number;
  user?: string;
  /** [a random one, kept in the data folder] */
  password?: string;
  binaries?: RabbitBinaries;
  ledger?: ProcessLedger;
  /** Told when a broker that was up ends without having been asked to. */
  onDeath?: (how: string) => void;
}

const START_WITHIN_MS = 90_000;
const KILL: StopStep = ['SIGKILL', 5_000];
/** A broker in order takes about six seconds to end. */
const IN_ORDER: readonly StopStep[] = [['SIGTERM', 20_000], KILL];

/** Starts a RabbitMQ of our own on the loopback; its queues survive a stop, and a kill. */
export async function startPrivateRabbit(options: PrivateRabbitOptions): Promise<PrivateRabbit> {
  const binaries = options.binaries ?? (await requiredRabbit());
  const account = accountForRabbit();
  const folder = openDataFolder(options.dataDir, account);
  const [distributionPort, epmdPort] = (await freePorts(2)) as [number, number];
  const ledger = options.ledger ?? new ProcessLedger();
  const server = new PrivateRabbit(
    { ...options, binaries, ledger, account },
    {
      folder,
      nodeName: nodeNameIn(folder) ?? `backstitch-${pathKey(options.dataDir)}@localhost`,
      amqpPort: options.amqpPort ?? (await freePort()),
      managementPort: options.managementPort ?? (await freePort()),
      distributionPort,
      epmdPort,
      user: options.user ?? 'admin',
      password: options.password ?? keptSecret(join(folder, PASSWORD_FILE), account),
      peers: [],
      schedulers: Math.min(2, availableParallelism()),
    },
  );
  await server.start();
  return server;
}

/** The name under which a broker wrote its data there; it finds them under no other. */
function nodeNameIn(folder: string): string | undefined {
  const data = join(folder, 'mnesia');
  const names = existsSync(data) ? readdirSync(data) : [];
  return names.find((name) => /^backstitch-[0-9a-f]{10}@localhost$/.test(name));
}

/** This machine's RabbitMQ; throws, saying how it is installed, when there is none. */
export async function requiredRabbit(): Promise<RabbitBinaries> {
  const binaries = await systemRabbit();
  if (binaries) return binaries;
  throw new Error(
    'No RabbitMQ on this machine (Debian, Ubuntu: `apt-get install rabbitmq-server`; ' +
      'macOS: `brew install rabbitmq`).',
  );
}

/** What a broker needs beside its plan. */
export interface PrivateRabbitParts extends PrivateRabbitOptions {
  binaries: RabbitBinaries;
  ledger: ProcessLedger;
  account: Account | undefined;
  /** The cluster's secret; a broker alone makes its own. */
  cookie?: string;
  /** The cluster's, started and stopped by the cluster; a broker alone has its own. */
  sharedNameServer?: NameServer;
}

export class PrivateRabbit {
  readonly url: string;
  readonly managementUrl: string;
  readonly management: ManagementClient;
  readonly amqpPort: number;
  readonly managementPort: number;
  readonly dataDir: string;
  readonly nodeName: string;
  readonly origin: string;
  private broker: ChildServer | undefined;
  private readonly ownNameServer: NameServer | undefined;

  constructor(
    private readonly parts: PrivateRabbitParts,
    private readonly plan: RabbitPlan,
  ) {
    const { user, password, amqpPort, managementPort } = plan;
    const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
    this.url = `amqp://${credentials}@127.0.0.1:${amqpPort}`;
    this.managementUrl = `http://127.0.0.1:${managementPort}`;
    this.management = new ManagementClient(this.managementUrl, this.url);
    this.amqpPort = amqpPort;
    this.managementPort = managementPort;
    this.dataDir = plan.folder;
    this.nodeName = plan.nodeName;
    this.origin = parts.binaries.origin;
    if (!parts.sharedNameServer) {
      const { epmdPort: port, folder } = plan;
      const { binaries, ledger, account } = parts;
      this.ownNameServer = new NameServer({
        program: binaries.epmd,
        port,
        folder,
        ledger,
        account,
      });
    }
  }

  /** Where Erlang's name server for this broker listens. */
  get epmdPort(): number {
    return this.plan.epmdPort;
  }

  get pid(): number {
    return this.broker?.pid ?? 0;
  }

  /** Whether it is up; false as soon as its process has ended, for any reason. */
  get running(): boolean {
    return this.broker?.running ?? false;
  }

  /** Starts it (again), on the same ports and data; resolves when broker and management UI answer. */
  async start(): Promise<void> {
    const { account, cookie } = this.parts;
    const inFolder = (name: string) => join(this.dataDir, name);
    makeFolder(this.dataDir, account);
    if (cookie === undefined) keptSecret(inFolder(COOKIE_FILE), account);
    else writePrivate(inFolder(COOKIE_FILE), cookie, account);
    writePrivate(inFolder('rabbitmq.conf'), rabbitConfig(this.plan), account);
    writePrivate(inFolder('enabled_plugins'), ENABLED_PLUGINS, account);
    this.ownNameServer?.start();
    this.broker = this.process();
    try {
      await this.broker.ready(() => this.answers(), START_WITHIN_MS);
    } catch (error) {
      await this.ownNameServer?.stop();
      throw error;
    }
  }

  /** Ends it in order; with `hurry` at once, as `kill` does. */
  async stop({ hurry = false } = {}): Promise<void> {
    await this.broker?.end(hurry ? [KILL] : undefined);
    await this.ownNameServer?.stop();
  }

  /**
   * kill -9 of the broker, as a crash would; `start` brings it back with its durable queues, except those
   * declared in the last two seconds: RabbitMQ 3 answers a declaration once Mnesia's log on disk has what
   * was proposed, and the decision may still be in memory, without which Mnesia forgets the queue.
   */
  async kill(): Promise<void> {
    await this.broker?.end([KILL]);
  }

  /** `rabbitmqctl` on this broker, under its account and with its cookie. */
  ctl(parameters: readonly string[]): Promise<CommandResult> {
    const { binaries, account } = this.parts;
    return runCommand(join(dirname(binaries.server), 'rabbitmqctl'), parameters, {
      cwd: this.dataDir,
      env: rabbitCommandEnvironment(this.plan, process.env),
      uid: account?.uid,
      gid: account?.gid,
    });
  }

  private async answers(): Promise<boolean> {
    const login = await rabbitLogin(this.url);
    if (login.kind === 'refused') {
      const former = formerPasswords(this.dataDir, DEMO_PASSWORDS.rabbit);
      await replaceRabbitPassword(this.url, this.managementUrl, former);
    }
    if (login.kind !== 'welcome') return false;
    return this.management.overview().then(
      () => true,
      () => false,
    );
  }

  private process(): ChildServer {
    const { binaries, ledger, account, onDeath } = this.parts;
    return new ChildServer({
      name: 'RabbitMQ',
      program: binaries.server,
      parameters: [],
      stopSteps: IN_ORDER,
      cwd: this.dataDir,
      env: rabbitEnvironment(this.plan, process.env),
      logFile: join(this.dataDir, 'rabbitmq.log'),
      account,
      ledger,
      onDeath,
    });
  }
}
