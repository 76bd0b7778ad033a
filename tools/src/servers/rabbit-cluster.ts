import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@backstitch/launcher';
import { accountForRabbit } from './account.js';
import { formationObstacle } from './cluster-formation.js';
import { openDataFolder } from './data-folder.js';
import { NameServer } from './name-server.js';
import { freePort, freePorts } from './ports.js';
import { keptSecret, PASSWORD_FILE } from './private-files.js';
import { PrivateRabbit, requiredRabbit, type PrivateRabbitOptions } from './private-rabbit.js';
import { pathKey } from './project.js';
import { ProcessLedger } from './process-ledger.js';
import { COOKIE_FILE } from './rabbit-recipe.js';

export interface RabbitClusterOptions
  extends Omit<PrivateRabbitOptions, 'amqpPort' | 'managementPort'> {
  /** How many [3]. */
  nodes?: number;
}

const FORMED_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 200;

/** Starts RabbitMQ nodes of our own on the loopback and resolves when they are one cluster. */
export async function startRabbitCluster(options: RabbitClusterOptions): Promise<RabbitCluster> {
  const binaries = options.binaries ?? (await requiredRabbit());
  const ledger = options.ledger ?? new ProcessLedger();
  const account = accountForRabbit();
  const folder = openDataFolder(options.dataDir, account);
  const cookie = keptSecret(join(folder, COOKIE_FILE), account);
  const password = options.password ?? keptSecret(join(folder, PASSWORD_FILE), account);
  const key = pathKey(folder);
  const peers = Array.from(
    { length: options.nodes ?? 3 },
    (_, index) => `backstitch-${key}-${index + 1}@localhost`,
  );
  const epmdPort = await freePort();
  const program = binaries.epmd;
  const nameServer = new NameServer({ program, port: epmdPort, folder, ledger, account });
  const nodes: PrivateRabbit[] = [];
  for (const [index, nodeName] of peers.entries()) {
    const [distributionPort, amqpPort, managementPort] = (await freePorts(3)) as [
      number,
      number,
      number,
    ];
    const dataDir = join(folder, `node-${index + 1}`);
    const own = { dataDir, binaries, ledger, account, cookie, sharedNameServer: nameServer };
    const node = new PrivateRabbit(
      { ...options, ...own },
      {
        folder: dataDir,
        nodeName,
        peers,
        amqpPort,
        managementPort,
        distributionPort,
        epmdPort,
        user: options.user ?? 'admin',
        password,
        schedulers: 1,
      },
    );
    nodes.push(node);
  }
  const cluster = new RabbitCluster(nodes, nameServer);
  await cluster.start();
  return cluster;
}

/** Several brokers that are one: quorum queues outlive any minority of them. */
export class RabbitCluster {
  constructor(
    readonly nodes: readonly PrivateRabbit[],
    private readonly nameServer: NameServer,
  ) {}

  /** The addresses of all nodes, separated by commas, as RABBITMQ_URL takes them. */
  get url(): string {
    return this.urls.join(',');
  }

  get urls(): string[] {
    return this.nodes.map(({ url }) => url);
  }

  /** The management API of a node that is up. */
  get managementUrl(): string {
    return this.anyRunning().managementUrl;
  }

  /** Starts what does not run; resolves when all nodes see each other and none has an alarm. */
  async start(): Promise<void> {
    this.nameServer.start();
    const down = this.nodes.filter((node) => !node.running);
    try {
      // The first alone, the others at once: they find a cluster instead of racing to found it.
      // With data, each waits for the others.
      if (down.every(isNew)) await down.shift()?.start();
      await Promise.all(down.map((node) => node.start()));
      await this.formed();
    } catch (error) {
      await this.stop({ hurry: true });
      throw error;
    }
  }

  /** Resolves when every node runs, all see each other and none has a memory or disk alarm. */
  async formed(): Promise<void> {
    await waitFor(
      'the RabbitMQ cluster',
      async () => {
        const asked = this.nodes.map((node) => node.management.nodes().catch(() => undefined));
        const obstacle = formationObstacle(await Promise.all(asked), this.nodes.length);
        if (obstacle !== undefined) throw new Error(obstacle);
        return true;
      },
      { timeoutMs: FORMED_WITHIN_MS, everyMs: ASK_EVERY_MS },
    );
  }

  /** The running node that leads a quorum queue; undefined while none is known to. */
  async leaderOf(queue: string, vhost = '/'): Promise<PrivateRabbit | undefined> {
    const path = `/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(queue)}`;
    const { leader } = await this.anyRunning()
      .management.ask<{ leader?: string }>('GET', path)
      .catch(() => ({ leader: undefined }));
    return this.nodes.find(({ nodeName, running }) => running && nodeName === leader);
  }

  /** Ends all in order; with `hurry` at once (quorum queues survive that too). */
  async stop(options?: { hurry?: boolean }): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop(options)));
    await this.nameServer.stop();
  }

  /** kill -9 of all nodes at once; `start` brings them back. */
  async kill(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  private anyRunning(): PrivateRabbit {
    const node = this.nodes.find(({ running }) => running);
    if (!node) throw new Error('no node of the RabbitMQ cluster runs');
    return node;
  }
}

function isNew({ dataDir }: PrivateRabbit): boolean {
  return !existsSync(join(dataDir, 'mnesia'));
}
