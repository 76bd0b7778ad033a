import { commaList } from '@backstitch/service-kit/variables';
import { USUAL_NODE_FLAGS } from '../apps/app-process.js';
import { type App, type AppName, appNamed, APPS, DATABASES, PORT_SPAN } from '../apps/apps.js';
import {
  configuredAddresses,
  databaseUrl,
  type ServerAddresses,
} from '../servers/configured-servers.js';
import { type DatabaseUsers, developmentUsers } from '../roles/database-users.js';
import { composeAddresses } from '../servers/compose.js';
import { findPostgres, findRabbit, type FoundServer } from '../servers/find-servers.js';
import { postgresLogin, rabbitLogin } from '../servers/logins.js';
import { whoHolds } from '../servers/port-holder.js';
import { removeLostData } from '../servers/data-folder.js';
import { stillRuns } from '../servers/process-identity.js';
import { isPortFree } from '../servers/ports.js';
import { stateFolder } from '../servers/project.js';
import { ProcessLedger } from '../servers/process-ledger.js';
import { forgetSystem, rememberSystem, runningSystems } from '../servers/running-systems.js';
import { streamLine } from './log-line.js';
import { appEnvironment, type Places, portOf, reachableHost } from './places.js';
import {
  migrateDatabases,
  restoreDemoAccounts,
  seedIfEmpty,
  storedCurrency,
} from './prepare-databases.js';
import { newOpsToken } from './ops-token.js';
import { RestartingApp } from './restarting-app.js';

/** Why the system cannot be started, in words for the person who typed the command. */
export class CannotStart extends Error {}

/** Of apps that are told none. */
const USUAL_CURRENCY = 'USD';
const READY_WITHIN_MS = 120_000;

/** Everything `npm start` starts, and in which order it ends. */
export class Launch {
  private readonly ledger = new ProcessLedger();
  private readonly apps: RestartingApp[] = [];
  private readonly servers: FoundServer<unknown>[] = [];
  private readonly startFailed = new AbortController();
  private started = false;
  private stopping = false;
  private users: DatabaseUsers | undefined;

  constructor(
    private readonly places: Places,
    private readonly env: NodeJS.ProcessEnv,
    private readonly say: (line: string) => void,
  ) {}

  get metricsHost(): string {
    return reachableHost(this.env.METRICS_HOST);
  }

  get host(): string {
    return reachableHost(this.places.host);
  }

  /** Everybody knows their passwords. */
  get hasDemoAccounts(): boolean {
    return this.env.NODE_ENV !== 'production';
  }

  private urlOf(app: App): string {
    return `http://${this.host}:${portOf(app, this.places.gateway)}`;
  }

  async sweepOrphans(): Promise<void> {
    const ended = await this.ledger.sweep();
    if (ended.length > 0) {
      this.say(`ended processes of an earlier run: ${ended.join(', ')}`);
    }
    for (const folder of removeLostData()) {
      this.say(`removed ${folder}: the checkout it belonged to is gone`);
    }
  }

  /** Two launchers cannot share private servers that one of them starts, or wipes. */
  requireOwnServers(fresh: boolean): void {
    if (!fresh && this.env.BACKSTITCH_SERVERS !== 'private') return;
    const other = this.ledger
      .entries()
      .find(({ kind, owner }) => kind === 'app' && stillRuns(owner));
    if (!other) return;
    throw new CannotStart(
      `Another \`npm start\` of this folder runs (process ${other.owner.pid}): end it first, or leave ` +
        'out what needs servers of its own (--fresh, BACKSTITCH_SERVERS=private) to share its servers.',
    );
  }

  async requireFreePorts(): Promise<void> {
    const taken: string[] = [];
    const [metricsHost = '127.0.0.1'] = commaList(this.env.METRICS_HOST ?? '');
    const ports = APPS.flatMap((app) => [
      ...commaList(this.places.host).map((host) => ({
        port: portOf(app, this.places.gateway),
        host,
        what: app.name,
      })),
      {
        port: portOf(app, this.places.metrics),
        host: metricsHost,
        what: `the metrics of ${app.name}`,
      },
    ]);
    for (const { port, host, what } of ports) {
      if (await isPortFree(port, host)) continue;
      taken.push(`Port ${port} on ${host}, for ${what}, is used by ${await whoHolds(port)}.`);
    }
    if (taken.length === 0) return;
    const last = PORT_SPAN - 1;
    throw new CannotStart(
      `${taken.join('\n')}\nEnd that, or choose other ports: \`PORT=3100 npm start\` takes 3100 to ${3100 + last}, and 4100 to ${4100 + last} for metrics (METRICS_PORT).`,
    );
  }

  /** Finds or starts both servers, side by side. */
  async findServers(fresh: boolean) {
    const options = {
      configured: configuredAddresses(this.env, await this.livingAddresses()),
      given: {
        postgres: Boolean(this.env.DATABASE_SERVER_URL),
        rabbit: Boolean(this.env.RABBITMQ_URL),
      },
      privateOnly: this.env.BACKSTITCH_SERVERS === 'private',
      home: stateFolder(),
      usualPorts: true,
      demoPasswords: this.env.BACKSTITCH_PASSWORDS !== 'random',
      fresh,
      say: this.say,
    };
    const keep = <Server extends FoundServer<unknown>>(name: string, server: Server): Server => {
      this.servers.push(server);
      this.say(`${name}: ${server.how}`);
      return server;
    };
    const searches = [
      findPostgres(options).then((server) => keep('PostgreSQL', server)),
      findRabbit(options).then((server) => keep('RabbitMQ', server)),
    ] as const;
    await Promise.allSettled(searches); // also when one fails: what the other started must be known
    const [postgres, rabbit] = await Promise.all(searches);
    const addresses: ServerAddresses = { databaseServerUrl: postgres.address, ...rabbit.address };
    this.remember(addresses);
    return { addresses, postgresHow: postgres.how, rabbitHow: rabbit.how };
  }

  /** Resolves to the currency that the databases are in, or that the apps will write into them. */
  async prepareDatabases({ databaseServerUrl }: ServerAddresses): Promise<string> {
    const asked = this.env.CURRENCY?.trim();
    this.users = await developmentUsers(databaseServerUrl, DATABASES, this.env);
    await migrateDatabases(databaseServerUrl, this.say, this.users);
    await storedCurrency(databaseServerUrl, asked);
    if (await seedIfEmpty(databaseServerUrl, this.users))
      this.say('the catalogue is filled with demo products');
    if (this.hasDemoAccounts) await restoreDemoAccounts(databaseServerUrl);
    return (await storedCurrency(databaseServerUrl, asked)) ?? USUAL_CURRENCY;
  }

  /** Starts the apps; resolves when all are ready, throws as soon as one cannot start. */
  async startApps(addresses: ServerAddresses): Promise<void> {
    if (this.stopping) return;
    const given = { OPS_TOKEN: newOpsToken(), ...this.env };
    for (const app of APPS) {
      const one = new RestartingApp({
        app: app.name,
        nodeFlags: USUAL_NODE_FLAGS,
        env: appEnvironment(app, this.places, { ...addresses, users: this.users }, given),
        output: {
          onLine: (line) => console.log(streamLine(app.name, line, process.stdout.isTTY)),
        },
        url: this.urlOf(app),
        metricsUrl: `http://${this.metricsHost}:${portOf(app, this.places.metrics)}`,
        ledger: this.ledger,
        onDeath: (how, restartInMs) => this.appDied(app.name, how, restartInMs),
      });
      this.apps.push(one);
      one.start();
    }
    await Promise.all(
      this.apps.map(async (one) => {
        const { signal } = this.startFailed;
        await one.untilReady(READY_WITHIN_MS, signal).catch((error: unknown) => {
          if (signal.aborted) throw signal.reason;
          throw new CannotStart((error as Error).message);
        });
        this.say(`${one.app} is ready on ${one.url}`);
      }),
    );
    this.started = true;
  }

  /** The apps first: they finish what they do with the servers still there. */
  async stop({ hurry = false } = {}): Promise<void> {
    this.stopping = true;
    await Promise.allSettled(this.apps.map((app) => app.stop({ hurry })));
    await Promise.allSettled(this.servers.map((server) => server.stop({ hurry })));
    forgetSystem();
  }

  /** Before the system was up once, a death is a reason to give up: it would only repeat itself. */
  private appDied(name: string, how: string, restartInMs: number): void {
    if (this.started) {
      this.say(`${name} ${how}; restarting it in ${restartInMs / 1000} s`);
    } else {
      this.startFailed.abort(new CannotStart(`${name} ${how} while starting; see above why.`));
    }
  }

  /** Later commands of this folder ask this system (see operate/asked-system.ts). */
  private remember(servers: ServerAddresses): void {
    const urlOf = (name: AppName) => this.urlOf(appNamed(name));
    const databases = DATABASES.map((name) => [name, databaseUrl(servers.databaseServerUrl, name)]);
    rememberSystem({
      command: 'npm start',
      apiUrl: urlOf('api-gateway'),
      orchestratorUrl: urlOf('orchestrator'),
      databases: Object.fromEntries(databases) as Record<string, string>,
      servers,
    });
  }

  /** Where another `npm start` of this checkout, or its Compose, has its servers now, if they run. */
  private async livingAddresses(): Promise<Partial<ServerAddresses>> {
    const known = [...runningSystems().map(({ servers }) => servers), composeAddresses()];
    for (const servers of known) {
      if (!servers) continue;
      const { databaseServerUrl, rabbitmqUrl, managementUrl } = servers;
      const [postgres, rabbit] = await Promise.all([
        postgresLogin(databaseServerUrl),
        rabbitLogin(rabbitmqUrl),
      ]);
      const living = {
        ...(postgres.kind === 'welcome' && { databaseServerUrl }),
        ...(rabbit.kind === 'welcome' && { rabbitmqUrl, managementUrl }),
      };
      if (Object.keys(living).length > 0) return living;
    }
    return {};
  }
}
