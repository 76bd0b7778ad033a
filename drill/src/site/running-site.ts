import { join } from 'node:path';
import type { QueueDepth } from '@backstitch/launcher';
import {
  addressVariables,
  type AppName,
  type Cleanup,
  type DatabaseName,
  migrateAll,
  placeApps,
  type PlacedApp,
  runAppCommand,
  SystemDatabases,
} from '@backstitch/tools';
import { FaultProxy } from '../proxy/fault-proxy.js';
import { AppInstance } from './app-instance.js';
import { catalogueSql } from './catalogue.js';
import type { Random } from './random.js';
import type { Servers } from './servers.js';
import type { Site } from './site.js';

export interface SitePlan {
  servers: Servers;
  /** Of each app, except the gateway and identity-service, of which there is one. */
  instances: number;
  random: Random;
  say: (line: string) => void;
  /** The apps' logs go there. */
  folder: string;
  cleanup: Cleanup;
  stopping: AbortSignal;
}

/** An app that ended without having been asked to. */
export interface UnexpectedEnd {
  instance: string;
  how: string;
  logFile: string;
}

const ANSWER_WITHIN_MS = 10_000;
const UNFINISHED = `SELECT count(*)::int AS count FROM saga_state
  WHERE status NOT IN ('DONE', 'COMPENSATED')`;

/** The apps as processes, each with links of its own to the servers, which faults can hurt. */
export class RunningSite implements Site {
  readonly apps: AppInstance[] = [];
  readonly unexpectedEnds: UnexpectedEnd[] = [];
  readonly random: Random;
  readonly stopping: AbortSignal;
  readonly databases: SystemDatabases;
  /** Set by the load. */
  clientsWaiting: () => number = () => 0;

  constructor(private readonly plan: SitePlan) {
    const { servers, cleanup } = plan;
    this.random = plan.random;
    this.stopping = plan.stopping;
    // Not through the apps' links: what faults do to those does not reach us.
    const options = { applicationName: 'drill', answerWithinMs: ANSWER_WITHIN_MS };
    this.databases = new SystemDatabases(servers.postgres.url, options);
    cleanup.add('connections', () => this.databases.close());
  }

  /** Migrates, fills the catalogue, makes the demo accounts, and starts every app; resolves when all are ready. */
  async start(): Promise<void> {
    await migrateAll(this.databases.url);
    await runAppCommand('identity-service', 'seed', { DB_URL: this.databaseUrl('identity') });
    await this.rows('inventory', catalogueSql());
    const places = await placeApps(this.plan.instances);
    for (const place of places) {
      const instance = await this.equip(place, places);
      this.plan.cleanup.add(place.name, () => instance.kill());
      this.apps.push(instance);
      instance.start();
    }
    await Promise.all(this.apps.map((instance) => instance.untilReady()));
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
    return this.broker.management.queues();
  }

  async publish(queue: string, packet: object): Promise<void> {
    await this.broker.management.ask('POST', '/exchanges/%2F/amq.default/publish', {
      routing_key: queue,
      properties: { delivery_mode: 2, content_type: 'application/json' },
      payload: JSON.stringify(packet),
      payload_encoding: 'string',
    });
  }

  requestsInFlight(): number {
    return this.clientsWaiting();
  }

  async versions(): Promise<{ postgres: string; rabbitmq: string }> {
    const { postgres, broker } = this;
    const count = this.plan.servers.brokers.length;
    const nodes = count > 1 ? `, ${count} nodes` : '';
    const [row] = await this.rows<{ server_version: string }>('orders', 'SHOW server_version');
    const { rabbitmq_version, erlang_version } = await broker.management.overview();
    return {
      postgres: `${row?.server_version} (${postgres.origin})`,
      rabbitmq: `${rabbitmq_version} on Erlang ${erlang_version} (${broker.origin}${nodes})`,
    };
  }

  private async equip(place: PlacedApp, places: readonly PlacedApp[]): Promise<AppInstance> {
    const { servers, folder, cleanup } = this.plan;
    const { app, name, url, metricsUrl } = place;
    const link = async (port: number): Promise<FaultProxy> => {
      const proxy = await FaultProxy.start({ port });
      cleanup.add(`a link of ${name}`, () => proxy.close());
      return proxy;
    };
    const brokers = app.usesBroker ? servers.brokers : [];
    const brokerLinks = await Promise.all(brokers.map(({ amqpPort }) => link(amqpPort)));
    const databaseLink = app.database && (await link(servers.postgres.port));
    const urls = brokers.map((broker, index) => brokerLinks[index]!.through(broker.url));
    const addresses = addressVariables(place, places, {
      databaseUrl: (database) => databaseLink!.through(this.databaseUrl(database)),
      rabbitmqUrl: urls.join(','),
    });
    return new AppInstance({
      name,
      app: app.name,
      url,
      metricsUrl,
      brokerLinks,
      databaseLink,
      logFile: join(folder, `${name}.log`),
      env: {
        PATH: process.env['PATH'],
        ...SETTINGS,
        ...(servers.queueType && { QUEUE_TYPE: servers.queueType }),
        ...settingsOf(app.name, folder),
        ...addresses,
      },
      onDeath: (instance, how) => {
        this.say(`${instance.name} ${how} without being asked to`);
        const { name, logFile } = instance;
        this.unexpectedEnds.push({ instance: name, how, logFile });
      },
    });
  }
}

/** Of one app. `folder` is for files. */
function settingsOf(app: AppName, folder: string): Record<string, string> {
  // As in production: a checkout needs a token, and the public keys outlive the gateway.
  if (app === 'api-gateway') return { GUESTS: 'token', JWKS_CACHE: join(folder, 'keys.json') };
  if (app === 'identity-service') return { MAIL_FOLDER: join(folder, 'mail') };
  return {};
}

/** As the apps run on their defaults, but for these. */
const SETTINGS = {
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
