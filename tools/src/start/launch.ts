import { commaList } from '@backstitch/service-kit/variables';
import {
  configuredAddresses,
  databaseUrl,
  type ServerAddresses,
} from '../servers/configured-servers.js';
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
import { AppChild } from './app-child.js';
import { APPS, appEnvironment, portOf, reachableHost, type AppName, type Places } from './apps.js';
import { streamLine } from './log-stream.js';
import { migrateDatabases, seedIfEmpty, storedCurrency } from './prepare-databases.js';
import { untilReady } from './readiness.js';

/** Why the system cannot be started, in words for whoever typed the command. */
export class CannotStart extends Error {}

/** Of apps that are told none. */
const USUAL_CURRENCY = 'USD';
const READY_WITHIN_MS = 120_000;

/** Everything `npm start` starts, and in which order it ends. */
export class Launch {
  private readonly ledger = new ProcessLedger();
  private readonly apps: AppChild[] = [];
  private readonly servers: FoundServer<unknown>[] = [];
  private readonly startFailed = new AbortController();
  private started = false;
  private stopping = false;

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

  async sweepOrphans(): Promise<void> {
    const ended = await this.ledger.sweep();
    if (ended.length > 0) {
      this.say(`ended what an earlier run had to leave behind: ${ended.join(', ')}`);
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
      taken.push(`Port ${port} on ${host}, for ${what}, is held by ${await whoHolds(port)}.`);
    }
    if (taken.length === 0) return;
    const last = APPS.length - 1;
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
    await migrateDatabases(databaseServerUrl, this.say);
    await storedCurrency(databaseServerUrl, asked);
    if (await seedIfEmpty(databaseServerUrl))
      this.say('the catalogue is filled with demo products');
    return (await storedCurrency(databaseServerUrl, asked)) ?? USUAL_CURRENCY;
  }

  /** Starts the five apps; resolves when all are ready, throws as soon as one cannot start. */
  async startApps(addresses: ServerAddresses): Promise<void> {
    if (this.stopping) return;
    for (const app of APPS) {
      const child = new AppChild({
        name: app.name,
        env: appEnvironment(app, this.places, addresses, this.env),
        ledger: this.ledger,
        onLine: (line) => console.log(streamLine(app.name, line, process.stdout.isTTY)),
        onDeath: (how, restartInMs) => this.appDied(app.name, how, restartInMs),
      });
      this.apps.push(child);
      child.start();
    }
    await Promise.all(
      APPS.map(async (app) => {
        const url = `http://${this.host}:${portOf(app, this.places.gateway)}`;
        const metricsUrl = `http://${this.metricsHost}:${portOf(app, this.places.metrics)}`;
        const all = [`${url}/health/ready`, `${metricsUrl}/health/dependencies`];
        await untilReady(all, READY_WITHIN_MS, this.startFailed.signal).catch((error: unknown) => {
          if (this.startFailed.signal.aborted) throw this.startFailed.signal.reason;
          throw new CannotStart(`${app.name} is ${(error as Error).message}`);
        });
        this.say(`${app.name} is ready on ${url}`);
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
      this.say(`${name} died (${how}); restarting it in ${restartInMs / 1000} s`);
    } else {
      this.startFailed.abort(
        new CannotStart(`${name} ended while starting (${how}); see above why.`),
      );
    }
  }

  /** Later commands of this folder ask this system (see operate/asked-system.ts). */
  private remember(servers: ServerAddresses): void {
    const urlOf = (name: AppName) => {
      const app = APPS.find((one) => one.name === name)!;
      return `http://${this.host}:${portOf(app, this.places.gateway)}`;
    };
    const names = APPS.flatMap(({ database }) => database ?? []);
    const databases = names.map((name) => [name, databaseUrl(servers.databaseServerUrl, name)]);
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
