import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { accountForPostgres, type Account } from './account.js';
import { ChildServer } from './child-server.js';
import { dataFolderFor, makeFolder, openDataFolder } from './data-folder.js';
import { postgresLogin } from './logins.js';
import { freePort } from './ports.js';
import { embeddedPostgres, systemPostgres, type PostgresBinaries } from './postgres-binaries.js';
import { DEMO_PASSWORDS } from './configured-servers.js';
import { formerPasswords, keptSecret, PASSWORD_FILE, writePrivate } from './private-files.js';
import type { StopStep } from '@backstitch/launcher';
import { ProcessLedger } from './process-ledger.js';
import { replacePostgresPassword } from './replace-password.js';
import { runCommand } from './run-command.js';
import { serverEnvironment } from './server-environment.js';

export interface PrivatePostgresOptions {
  /** Wished place; the server says where its data really is (see dataFolderFor). */
  dataDir: string;
  port?: number;
  user?: string;
  /** [a random one, kept in the data folder] */
  password?: string;
  binaries?: PostgresBinaries;
  /** Settings of the server, as for `postgres -c name=value`. */
  settings?: Record<string, string>;
  ledger?: ProcessLedger;
  /** Told when a server that was up ends without having been asked to. */
  onDeath?: (how: string) => void;
}

/** What it says while processes of one that was killed still end: they notice it within moments. */
const ORPHANS = /pre-existing shared memory block/;
const ORPHANS_END_WITHIN_MS = 15_000;
const START_WITHIN_MS = 30_000;
/** SIGINT is PostgreSQL's "fast": roll back, disconnect all clients, write a checkpoint. */
const FAST: StopStep = ['SIGINT', 15_000];
const IMMEDIATE: readonly StopStep[] = [
  ['SIGQUIT', 3_000],
  ['SIGKILL', 5_000],
];

/** Starts a PostgreSQL of our own on the loopback; its data survives a stop. */
export async function startPrivatePostgres(
  options: PrivatePostgresOptions,
): Promise<PrivatePostgres> {
  const account = accountForPostgres();
  const binaries =
    options.binaries ?? (await systemPostgres()) ?? (await embeddedPostgres(account));
  if (!binaries) {
    throw new Error(
      'No PostgreSQL: neither on this machine nor as a package for it. Install one ' +
        '(Debian, Ubuntu: `apt-get install postgresql`), or name a running one in DATABASE_SERVER_URL.',
    );
  }
  const folder = openDataFolder(options.dataDir, account);
  const password = options.password ?? keptSecret(join(folder, PASSWORD_FILE), account);
  const server = new PrivatePostgres(
    {
      user: 'postgres',
      settings: {},
      ledger: new ProcessLedger(),
      onDeath: () => undefined,
      ...options,
      password,
      port: options.port ?? (await freePort()),
      binaries,
    },
    account,
  );
  await server.start();
  return server;
}

export class PrivatePostgres {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly origin: string;
  private child: ChildServer | undefined;

  constructor(
    private readonly options: Required<PrivatePostgresOptions>,
    private readonly account: Account | undefined,
  ) {
    const { user, password, port, binaries } = options;
    this.port = port;
    this.origin = binaries.origin;
    this.url = `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    this.dataDir = dataFolderFor(options.dataDir, account);
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Whether it is up; false as soon as its process has ended, for any reason. */
  get running(): boolean {
    return this.child?.running ?? false;
  }

  /** Starts it (again), on the same port and data; resolves when it lets its user in. */
  async start(): Promise<void> {
    makeFolder(this.dataDir, this.account);
    if (!existsSync(join(this.cluster, 'PG_VERSION'))) await this.initialize();
    const until = performance.now() + ORPHANS_END_WITHIN_MS;
    for (;;) {
      try {
        return await this.launch();
      } catch (error) {
        if (!ORPHANS.test(String(error)) || performance.now() > until) throw error;
        await delay(100);
      }
    }
  }

  private async launch(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '300',
      ...this.options.settings,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.child = new ChildServer({
      name: 'PostgreSQL',
      program: join(this.options.binaries.folder, 'postgres'),
      parameters: ['-D', this.cluster, '-p', String(this.port), ...flags],
      cwd: this.dataDir,
      env: { ...serverEnvironment(process.env), LC_ALL: 'C', TZ: 'UTC' },
      logFile: join(this.dataDir, 'postgres.log'),
      account: this.account,
      stopSteps: [FAST, ...IMMEDIATE],
      ledger: this.options.ledger,
      onDeath: this.options.onDeath,
    });
    await this.child.ready(() => this.answers(), START_WITHIN_MS);
  }

  private async answers(): Promise<boolean> {
    const login = await postgresLogin(this.url);
    const former = formerPasswords(this.dataDir, DEMO_PASSWORDS.postgres);
    if (login.kind === 'refused') await replacePostgresPassword(this.url, former);
    return login.kind === 'welcome';
  }

  /** Ends it in order; with `hurry` at once (PostgreSQL then repairs itself at the next start). */
  async stop({ hurry = false } = {}): Promise<void> {
    await this.child?.end(hurry ? IMMEDIATE : undefined);
  }

  /** kill -9, as a crash would. */
  async kill(): Promise<void> {
    await this.child?.end([['SIGKILL', 5_000]]);
  }

  get major(): number {
    return this.options.binaries.major;
  }

  /** PostgreSQL's own files. Each major version has its own: they cannot read each other's. */
  get cluster(): string {
    return join(this.dataDir, `data-${this.major}`);
  }

  /** A half-made cluster has PG_VERSION too, so it is made elsewhere and renamed. */
  private async initialize(): Promise<void> {
    const draft = `${this.cluster}.new`;
    const passwordFile = join(this.dataDir, 'initial-password');
    rmSync(draft, { recursive: true, force: true });
    makeFolder(draft, this.account);
    writePrivate(passwordFile, this.options.password, this.account);
    const { code, output } = await runCommand(
      join(this.options.binaries.folder, 'initdb'),
      ['-D', draft, '-U', this.options.user, '--pwfile', passwordFile].concat(
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--no-locale',
      ),
      {
        cwd: this.dataDir,
        uid: this.account?.uid,
        gid: this.account?.gid,
        env: { ...serverEnvironment(process.env), LC_ALL: 'C' },
      },
    );
    rmSync(passwordFile);
    if (code !== 0) throw new Error(`PostgreSQL's data folder could not be made:\n${output}`);
    renameSync(draft, this.cluster);
  }
}
