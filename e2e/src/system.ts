import { QueueClient, type TestVhost, testVhost, waitFor } from '@backstitch/testkit';
import {
  addressVariables,
  APP_NAMES,
  type AppName,
  type AppPlan,
  AppProcess,
  type DatabaseName,
  DATABASES,
  placeApps,
  type PlacedApp,
  type ReconcileRun,
  runReconcile,
} from '@backstitch/tools';
import { type SystemDatabase, systemDatabase } from './databases.js';

export interface SystemOptions {
  /** Environment of every app, or of one app only. */
  env?: Record<string, string>;
  appEnv?: Partial<Record<AppName, Record<string, string>>>;
  /** Makes more variables of single apps, once there are databases. */
  variablesOf?: (databases: System['databases']) => Promise<SystemOptions['appEnv']>;
  /** Another broker than the tests' shared one: for tests that stop it. */
  rabbitmqUrl?: string;
  /** Another PostgreSQL than theirs, for the same reason. */
  postgresUrl?: string;
  /** In which the catalogue is seeded [USD]; the apps are told theirs by `env`. */
  currency?: string;
  /** Two orchestrators and two of each service, on the same databases and queues. */
  twoOfEach?: boolean;
}

/** A limit for what hangs: ten processes start slowly on a busy machine. */
const READY_MS = 180_000;
/** A crowd has a line for each of its requests; what a test looks for must still be there. */
const LINES_KEPT = 200_000;

/**
 * One app as the process a user runs, with the lines of its log. It runs without source maps, as by
 * `npm start`: reading them takes a tenth of the start.
 */
export class LoggedApp extends AppProcess {
  readonly lines: readonly string[];

  constructor(plan: Omit<AppPlan, 'name' | 'nodeFlags' | 'output'>) {
    const lines: string[] = [];
    const onLine = (line: string): void => {
      if (line !== '') lines.push(line);
      if (lines.length > LINES_KEPT) lines.splice(0, lines.length - LINES_KEPT);
    };
    super({ ...plan, name: plan.app, nodeFlags: [], output: { onLine } });
    this.lines = lines;
  }
}

/** The apps as processes on databases and a vhost of their own. */
export class System {
  private readonly clients: QueueClient[] = [];

  private constructor(
    readonly apps: Record<AppName, LoggedApp>,
    readonly databases: Record<DatabaseName, SystemDatabase>,
    readonly vhost: TestVhost | undefined,
    readonly rabbitmqUrl: string,
    /** Every process, also the second one of each app, where there are two. */
    readonly processes: readonly LoggedApp[],
  ) {}

  static async start(options: SystemOptions = {}): Promise<System> {
    const vhost = options.rabbitmqUrl === undefined ? await testVhost('e2e') : undefined;
    const rabbitmqUrl = options.rabbitmqUrl ?? vhost!.url;
    const opened = DATABASES.map(async (name) => {
      return [name, await systemDatabase(name, options.postgresUrl, options.currency)] as const;
    });
    const databases = Object.fromEntries(await Promise.all(opened)) as System['databases'];
    const more = await options.variablesOf?.(databases);
    const places = await placeApps(options.twoOfEach ? 2 : 1);
    const addresses = { databaseUrl: (name: DatabaseName) => databases[name].url, rabbitmqUrl };
    const processes = places.map((place) => {
      return processAt(place, addressVariables(place, places, addresses), options, more);
    });
    const firsts = APP_NAMES.map((name) => [name, processes.find(({ app }) => app === name)]);
    const apps = Object.fromEntries(firsts) as System['apps'];
    const system = new System(apps, databases, vhost, rabbitmqUrl, processes);
    for (const process of processes) process.start();
    try {
      await system.ready();
    } catch (error) {
      // The caller does not get this system, so it cannot stop it.
      await Promise.all(processes.map((process) => process.kill()));
      await system.stop().catch(() => undefined);
      throw error;
    }
    return system;
  }

  get gatewayUrl(): string {
    return this.apps['api-gateway'].url;
  }

  /** Resolves once every app serves and has what it works with; the error carries the log of one that is not. */
  async ready(timeoutMs = READY_MS): Promise<void> {
    for (const process of this.processes) await processReady(process, timeoutMs);
  }

  /**
   * Starts an app that was stopped or killed. Waits until it is ready, and until no orchestrator
   * refuses checkouts because this participant was away.
   */
  async restart(app: AppName, extraEnv: Record<string, string> = {}): Promise<void> {
    this.apps[app].start(extraEnv);
    await processReady(this.apps[app], READY_MS);
    const open = new RegExp(
      `^participant_breaker\\{queue="${app.split('-')[0]}_commands".*\\} 2$`,
      'm',
    );
    const orchestrators = this.processes.filter((one) => one.app === 'orchestrator' && one.running);
    for (const { metricsUrl } of orchestrators) {
      await waitFor(
        `${app} to be asked again`,
        async () => {
          const text = await (await fetch(`${metricsUrl}/metrics`)).text();
          return !open.test(text);
        },
        { timeoutMs: READY_MS },
      );
    }
  }

  /** Rows of one of the databases. */
  async rows<Row extends object>(
    database: DatabaseName,
    sql: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return (await this.databases[database].pool.query<Row>(sql, values)).rows;
  }

  /** Sets the stock of each of these products. */
  async stock(quantity: number, ...productIds: string[]): Promise<void> {
    const sql = 'UPDATE products SET stock_quantity = $1 WHERE id = ANY ($2)';
    await this.rows('inventory', sql, [quantity, productIds]);
  }

  /** A client of its queues, which is closed when the system is stopped. */
  async queueClient(): Promise<QueueClient> {
    const client = await QueueClient.connect(this.rabbitmqUrl);
    this.clients.push(client);
    return client;
  }

  /** The metrics of an app. */
  async metrics(app: AppName): Promise<string> {
    return (await fetch(`${this.apps[app].metricsUrl}/metrics`)).text();
  }

  /** Waits until no saga is under way any more. */
  async settled(timeoutMs = 60_000): Promise<void> {
    await waitFor(
      'every saga to end',
      async () => {
        const sql = `SELECT saga_id, status, current_step, last_error FROM saga_state
          WHERE status NOT IN ('DONE', 'COMPENSATED') LIMIT 5`;
        const rows = await this.rows('orchestrator', sql);
        if (rows.length > 0) throw new Error(JSON.stringify(rows));
        return true;
      },
      { timeoutMs, everyMs: 100 },
    );
  }

  /** What `pnpm reconcile` says of its databases. */
  reconcile(): Promise<ReconcileRun> {
    return runReconcile((name) => this.databases[name].url);
  }

  /**
   * Waits until no saga is under way, and throws what `pnpm reconcile` finds. It waits some seconds
   * for the latest saga to have settled, so tests of one system share a last one where they can.
   */
  async expectReconciled(settledWithinMs?: number): Promise<void> {
    await this.settled(settledWithinMs);
    const { exitCode, output } = await this.reconcile();
    if (exitCode !== 0) throw new Error(`reconcile ended with ${exitCode}:\n${output}`);
  }

  /** Ends the apps, expecting of each that runs a clean exit, and drops what was made for them. */
  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    const exits = await Promise.all(this.processes.map((process) => process.stop()));
    for (const { pool } of Object.values(this.databases)) await pool.end();
    for (const database of Object.values(this.databases)) await database.drop();
    await this.vhost?.drop();
    const unclean = this.processes.filter(
      (_one, index) => exits[index] !== 0 && exits[index] !== 'SIGKILL',
    );
    if (unclean.length > 0) {
      throw new Error(`did not end cleanly: ${unclean.map(({ app }) => app).join(', ')}`);
    }
  }
}

function processAt(
  { app: { name: app }, url, metricsUrl }: PlacedApp,
  addresses: Record<string, string>,
  { env, appEnv }: SystemOptions,
  more: SystemOptions['appEnv'],
): LoggedApp {
  const settings = {
    NODE_ENV: 'test',
    PAYMENT_FAILURE_RATE: '0',
    ...env,
    ...appEnv?.[app],
    ...more?.[app],
  };
  const all = { PATH: process.env['PATH'] ?? '', ...addresses, ...settings };
  return new LoggedApp({ app, url, metricsUrl, env: all });
}

async function processReady(process: LoggedApp, timeoutMs: number): Promise<void> {
  await process.untilReady(timeoutMs).catch((cause: unknown) => {
    throw new Error(`${String(cause)}\n${process.lines.slice(-20).join('\n')}`, { cause });
  });
}
