import { join } from 'node:path';
import { type Cleanup, freePorts } from '@backstitch/tools';
import { FaultProxy } from '../proxy/fault-proxy.js';
import { AppInstance } from './app-instance.js';
import { type AppName, APPS, type DatabaseName } from './apps.js';
import { Databases } from './databases.js';
import { Management } from './management.js';
import type { Random } from './random.js';
import type { Servers } from './servers.js';
import type { QueueDepth, Site } from './site.js';

export interface SitePlan {
  servers: Servers;
  /** Of each app, except the gateway, of which there is one. */
  instances: number;
  random: Random;
  say: (line: string) => void;
  /** The apps' logs go there. */
  folder: string;
  cleanup: Cleanup;
  stopping: AbortSignal;
}

/** An app that ended although nobody asked it to. */
export interface UnexpectedEnd {
  instance: string;
  how: string;
  logFile: string;
}

const UNFINISHED = `SELECT count(*)::int AS count FROM saga_state
  WHERE status IN ('RUNNING', 'COMPENSATING')`;

/** The five apps as processes, each with links of its own to the servers, which faults can hurt. */
export class RunningSite implements Site {
  readonly apps: AppInstance[] = [];
  readonly unexpectedEnds: UnexpectedEnd[] = [];
  readonly random: Random;
  readonly stopping: AbortSignal;
  readonly databases: Databases;
  /** Told by whoever makes the load. */
  clientsWaiting: () => number = () => 0;
  private readonly management: Management;

  constructor(private readonly plan: SitePlan) {
    const { servers, cleanup } = plan;
    this.random = plan.random;
    this.stopping = plan.stopping;
    this.databases = new Databases(servers.postgres.url);
    cleanup.add('connections', () => this.databases.close());
    this.management = new Management(servers.brokers[0]!.managementUrl, servers.brokers[0]!.url);
  }

  /** Migrates, fills the catalogue, and starts every app; resolves when all are ready. */
  async start(): Promise<void> {
    await this.databases.prepare();
    const { instances } = this.plan;
    const names = APPS.flatMap(({ name }) =>
      Array.from({ length: name === 'api-gateway' ? 1 : instances }, (_, index) => ({
        app: name,
        name: `${name}-${index + 1}`,
      })),
    );
    const ports = await freePorts(names.length);
    const metricsPorts = await freePorts(names.length);
    const orchestrators = names.flatMap(({ app }, index) =>
      app === 'orchestrator' ? [`http://127.0.0.1:${ports[index]}`] : [],
    );
    for (const [index, { app, name }] of names.entries()) {
      const at = { port: ports[index]!, metricsPort: metricsPorts[index]! };
      const instance = await this.equip(app, name, at, orchestrators.join(','));
      this.plan.cleanup.add(name, () => instance.kill());
      this.apps.push(instance);
      instance.spawn();
    }
    await Promise.all(this.apps.map((instance) => instance.ready()));
  }

  /** Ends every app in order; rejects, naming each that does not end as it should. */
  async stopApps(): Promise<void> {
    const ends = await Promise.allSettled(this.apps.map((instance) => instance.stop()));
    const unclean = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
    if (unclean.length > 0) throw new Error(unclean.join('; '));
  }

  get gatewayUrl(): string {
    return this.of('api-gateway')[0]!.url;
  }

  get broker(): Site['broker'] {
    return this.plan.servers.brokers[0]!;
  }

  get postgres(): Site['postgres'] {
    return this.plan.servers.postgres;
  }

  get cluster(): Site['cluster'] {
    return this.plan.servers.cluster;
  }

  say(line: string): void {
    this.plan.say(line);
  }

  of(app: AppName): AppInstance[] {
    return this.apps.filter((instance) => instance.app === app);
  }

  databaseUrl(database: DatabaseName): string {
    return this.databases.url(database);
  }

  rows<Row extends object>(
    database: DatabaseName,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return this.databases.rows<Row>(database, sql, values);
  }

  async sagasUnderWay(): Promise<number> {
    try {
      return (await this.rows<{ count: number }>('orchestrator', UNFINISHED))[0]?.count ?? 0;
    } catch {
      return 0;
    }
  }

  queues(): Promise<QueueDepth[]> {
    return this.management.queues();
  }

  publish(queue: string, packet: object): Promise<void> {
    return this.management.publish(queue, packet);
  }

  requestsInFlight(): number {
    return this.clientsWaiting();
  }

  async versions(): Promise<{ postgres: string; rabbitmq: string }> {
    const { postgres, broker } = this;
    const nodes = this.plan.servers.brokers.length;
    return {
      postgres: `${await this.databases.serverVersion()} (${postgres.origin})`,
      rabbitmq: `${await this.management.version()} (${broker.origin}${nodes > 1 ? `, ${nodes} nodes` : ''})`,
    };
  }

  private async equip(
    app: AppName,
    name: string,
    at: { port: number; metricsPort: number },
    orchestrators: string,
  ): Promise<AppInstance> {
    const { servers, folder, cleanup } = this.plan;
    const database = APPS.find((one) => one.name === app)?.database;
    const link = async (port: number): Promise<FaultProxy> => {
      const proxy = await FaultProxy.start({ port });
      cleanup.add(`a link of ${name}`, () => proxy.close());
      return proxy;
    };
    const usesBroker = app !== 'api-gateway';
    const brokers = usesBroker ? servers.brokers : [];
    const brokerLinks = await Promise.all(brokers.map(({ amqpPort }) => link(amqpPort)));
    const databaseLink = database && (await link(servers.postgres.port));
    const urls = brokers.map(({ url }, index) => brokerLinks[index]!.through(url));
    return new AppInstance({
      name,
      app,
      ...at,
      brokerLinks,
      databaseLink,
      logFile: join(folder, `${name}.log`),
      env: {
        ...SETTINGS,
        ...(servers.queueType && { QUEUE_TYPE: servers.queueType }),
        ORCHESTRATOR_URL: orchestrators,
        ...(usesBroker && { RABBITMQ_URL: urls.join(',') }),
        ...(database && { DB_URL: databaseLink!.through(this.databaseUrl(database)) }),
      },
      onDeath: (instance, how) => {
        this.say(`${instance.name} ended with ${how}, and nobody had asked it to`);
        const { name, logFile } = instance;
        this.unexpectedEnds.push({ instance: name, how, logFile });
      },
    });
  }
}

/** As the apps run on their defaults, but for these. */
const SETTINGS = {
  HOST: '127.0.0.1',
  // Not "production": fault points may be armed.
  NODE_ENV: 'test',
  LOG_LEVEL: 'info',
  RATE_LIMIT_PER_MINUTE: '0',
  PAYMENT_FAILURE_RATE: '0.1',
  // A bank is never at once; so there is work in flight where faults strike.
  PAYMENT_LATENCY_MS: '40',
  // Sooner than a minute, so that the recovery worker has its part in a short drill too.
  RECOVERY_AFTER_SECONDS: '15',
};
