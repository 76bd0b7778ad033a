import { freePorts } from '@backstitch/tools';
import { testVhost, type TestVhost, waitFor } from '@backstitch/testkit';
import { type AppName, AppProcess, APPS } from './app-process.js';
import { DATABASES, type DatabaseName, type SystemDatabase, systemDatabase } from './databases.js';

export interface SystemOptions {
  /** Environment of every app, or of one app only. */
  env?: Record<string, string>;
  appEnv?: Partial<Record<AppName, Record<string, string>>>;
  /** Another broker than the tests' shared one: for tests that stop it. */
  rabbitmqUrl?: string;
  /** Another PostgreSQL than theirs, for the same reason. */
  postgresUrl?: string;
  /** In which the catalogue is seeded [USD]; the apps are told theirs by `env`. */
  currency?: string;
  /** Two orchestrators and two of each service, on the same databases and queues. */
  twoOfEach?: boolean;
}

/** A limit for what hangs: nine processes start slowly on a busy machine. */
const READY_MS = 180_000;

/** The five apps as processes on databases and a vhost of their own. */
export class System {
  private constructor(
    readonly apps: Record<AppName, AppProcess>,
    readonly databases: Record<DatabaseName, SystemDatabase>,
    readonly vhost: TestVhost | undefined,
    readonly rabbitmqUrl: string,
    /** The second process of each app, where there are two. */
    readonly twins: readonly AppProcess[],
  ) {}

  static async start(options: SystemOptions = {}): Promise<System> {
    const vhost = options.rabbitmqUrl === undefined ? await testVhost('e2e') : undefined;
    const rabbitmqUrl = options.rabbitmqUrl ?? vhost!.url;
    const names = Object.keys(DATABASES) as DatabaseName[];
    const opened = await Promise.all(
      names.map((name) => systemDatabase(name, options.postgresUrl, options.currency)),
    );
    const databases = Object.fromEntries(
      names.map((name, index) => [name, opened[index]!]),
    ) as Record<DatabaseName, SystemDatabase>;
    const twice = options.twoOfEach === true ? APPS.filter((app) => app !== 'api-gateway') : [];
    const ports = await freePorts(APPS.length + twice.length);
    const metricsPorts = await freePorts(ports.length);
    const portsOf = (app: AppName): number[] =>
      [...APPS, ...twice].flatMap((name, index) => (name === app ? [ports[index]!] : []));
    const orchestrators = portsOf('orchestrator').map((port) => `http://127.0.0.1:${port}`);
    const processOf = (app: AppName, port: number): AppProcess => {
      const database = names.find((name) => DATABASES[name] === app);
      return new AppProcess(app, port, metricsPorts[ports.indexOf(port)]!, {
        NODE_ENV: 'test',
        RABBITMQ_URL: rabbitmqUrl,
        ORCHESTRATOR_URL: orchestrators.join(','),
        PAYMENT_FAILURE_RATE: '0',
        ...(database && { DB_URL: databases[database].url }),
        ...options.env,
        ...options.appEnv?.[app],
      });
    };
    const apps = Object.fromEntries(
      APPS.map((app) => [app, processOf(app, portsOf(app)[0]!)]),
    ) as Record<AppName, AppProcess>;
    const twins = twice.map((app) => processOf(app, portsOf(app)[1]!));
    const system = new System(apps, databases, vhost, rabbitmqUrl, twins);
    for (const process of system.processes) process.spawn();
    try {
      await system.ready();
    } catch (error) {
      // Nobody gets to know this system, so nobody else would stop it.
      await Promise.all(system.processes.map((process) => process.kill()));
      await system.stop().catch(() => undefined);
      throw error;
    }
    return system;
  }

  get processes(): AppProcess[] {
    return [...APPS.map((app) => this.apps[app]), ...this.twins];
  }

  get gatewayUrl(): string {
    return this.apps['api-gateway'].url;
  }

  /** Resolves once every app serves and has what it works with; the error carries the log of one that is not. */
  async ready(timeoutMs = READY_MS): Promise<void> {
    for (const process of this.processes) await processReady(process, timeoutMs);
  }

  appReady(app: AppName, timeoutMs = READY_MS): Promise<void> {
    return processReady(this.apps[app], timeoutMs);
  }

  /** Starts an app that was stopped or killed, and waits until it is ready. */
  async restart(app: AppName, extraEnv: Record<string, string> = {}): Promise<void> {
    this.apps[app].spawn(extraEnv);
    await this.appReady(app);
  }

  /** Rows of one of the four databases. */
  async rows<Row extends object>(
    database: DatabaseName,
    sql: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return (await this.databases[database].pool.query<Row>(sql, values)).rows;
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

  /** Ends the apps, expecting of each that runs a clean exit, and drops what was made for them. */
  async stop(): Promise<void> {
    const order = this.processes;
    const exits = await Promise.all(order.map((process) => process.stop()));
    for (const { pool } of Object.values(this.databases)) await pool.end();
    for (const database of Object.values(this.databases)) await database.drop();
    await this.vhost?.drop();
    const unclean = order.filter((_one, index) => exits[index] !== 0 && exits[index] !== 'SIGKILL');
    if (unclean.length > 0) {
      throw new Error(`did not end cleanly: ${unclean.map(({ app }) => app).join(', ')}`);
    }
  }
}

async function processReady(process: AppProcess, timeoutMs: number): Promise<void> {
  try {
    await waitFor(
      `${process.app} to be ready`,
      async () => {
        const serving = await process.readiness();
        const { status, text } = await process.dependencies();
        if (serving.status !== 200 || status !== 200) throw new Error(serving.text + text);
        return true;
      },
      { timeoutMs, everyMs: 50 },
    );
  } catch (error) {
    throw new Error(`${String(error)}\n${process.lines.slice(-20).join('\n')}`, { cause: error });
  }
}
