import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { testVhost, type TestVhost, waitFor } from '@backstitch/testkit';
import {
  APP_NAMES,
  type AppName,
  appNamed,
  DATABASES,
  freePortBlock,
  PORT_SPAN,
  projectRoot,
  serverRows,
} from '@backstitch/tools';
import pg from 'pg';
import { parse } from 'yaml';
import { copyProject, removeProject, Terminal } from './project-copy.js';

const run = promisify(execFile);
/** As the documents name it. */
const documentedPort = (app: AppName): number => 3_000 + appNamed(app).portOffset;

/** The commands of GETTING_STARTED.md, in their order. */
function documentedCommands(): string[] {
  const page = readFileSync(`${projectRoot()}/GETTING_STARTED.md`, 'utf8');
  const blocks = [...page.matchAll(/^ *```sh\n([^]*?)^ *```/gm)];
  return blocks
    .flatMap(([, block]) => block!.split('\n').map((line) => line.trim()))
    .filter(Boolean);
}

/** Not in the id of a caller, which is the same at every address. */
function addressOf(port: number): RegExp {
  return new RegExp(`(?<!u:http://)localhost:${port}`, 'g');
}

/** Where the documented addresses really are in this test. */
class Places {
  readonly suffix = `_${process.pid}`;

  private constructor(
    readonly firstPort: number,
    readonly vhost: TestVhost,
    readonly databaseServer: string,
  ) {}

  static async find(): Promise<Places> {
    const server = new URL(process.env['TEST_POSTGRES_URL']!);
    server.pathname = '';
    const ports = await freePortBlock(2 * PORT_SPAN);
    return new Places(ports, await testVhost('long_way'), `${server}`);
  }

  databaseUrl(name: string): string {
    return `${this.databaseServer.replace(/\/$/, '')}/${name}${this.suffix}`;
  }

  port(app: AppName): number {
    return this.firstPort + documentedPort(app) - documentedPort('api-gateway');
  }

  metricsPort(app: AppName): number {
    return this.port(app) + PORT_SPAN;
  }

  /** What a reader with other addresses writes into the `.env` beside each app. */
  env(app: AppName): string {
    const database = appNamed(app).database;
    return [
      `PORT=${this.port(app)}`,
      `METRICS_PORT=${this.metricsPort(app)}`,
      `RABBITMQ_URL=${this.vhost.url}`,
      `ORCHESTRATOR_URL=http://localhost:${this.port('orchestrator')}`,
      `INVENTORY_URL=http://localhost:${this.port('inventory-service')}`,
      `IDENTITY_URL=http://localhost:${this.port('identity-service')}`,
      `ORDER_URL=http://localhost:${this.port('order-service')}`,
      'PAYMENT_FAILURE_RATE=0',
      ...(database ? [`DB_URL=${this.databaseUrl(database)}`] : []),
    ].join('\n');
  }

  translate(command: string): string {
    const here = APP_NAMES.reduce(
      (text, app) =>
        text
          .replaceAll(addressOf(documentedPort(app)), `localhost:${this.port(app)}`)
          .replaceAll(
            `localhost:${documentedPort(app) + 1_000}`,
            `localhost:${this.metricsPort(app)}`,
          ),
      command,
    );
    return here.replace(/postgresql:\S+\/(\w+)/, (_url, name: string) => this.databaseUrl(name));
  }
}

describe('GETTING_STARTED.md, command by command', () => {
  const commands = documentedCommands();
  let folder: string;
  let places: Places;
  let dev: Terminal | undefined;
  let lastAnswer: { orderId?: string; sagaId?: string } = {};
  let accessToken: string | undefined;
  /** Variables of the shell that a command sets, by their names. */
  const variables: Record<string, string> = {};

  beforeAll(async () => {
    folder = await copyProject();
    places = await Places.find();
    for (const app of APP_NAMES)
      await writeFile(join(folder, 'apps', app, '.env'), places.env(app));
  });
  afterAll(async () => {
    await dev?.ctrlC();
    await places.vhost.drop();
    for (const name of DATABASES) {
      const drop = `DROP DATABASE IF EXISTS "${name}${places.suffix}" WITH (FORCE)`;
      await serverRows(places.databaseServer, drop);
    }
    await removeProject(folder);
  }, 300_000);

  const pnpm = (): string => process.env['BACKSTITCH_PNPM'] ?? 'pnpm';

  const shell = async (command: string): Promise<string> => {
    const { orderId: ORDER_ID, sagaId: SAGA_ID } = lastAnswer;
    const ids = { ORDER_ID, SAGA_ID, TOKEN: accessToken, ...variables };
    const typed = places.translate(command).replace(/^pnpm\b/, pnpm());
    const options = { cwd: folder, env: { ...process.env, ...ids }, maxBuffer: 1 << 26 };
    return (await run('bash', ['-c', typed], options)).stdout;
  };

  const twice = async (command: string): Promise<void> => {
    await shell(command);
    await shell(command);
  };

  const ready = async (): Promise<void> => {
    // The tests run with NODE_ENV=test; a reader has none.
    dev ??= new Terminal(`${pnpm()} dev`, folder, { NODE_ENV: undefined });
    for (const app of APP_NAMES) {
      await waitFor(
        `${app} to be ready`,
        async () =>
          (await fetch(`http://localhost:${places.port(app)}/health/ready`)).ok &&
          (await fetch(`http://localhost:${places.metricsPort(app)}/health/dependencies`)).ok,
        { timeoutMs: 60_000, everyMs: 200 },
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${dev!.output.slice(-4_000)}`, { cause: error });
      });
    }
    for (const queue of Object.values(COMMAND_QUEUES)) {
      const path = `/queues/${places.vhost.name}/${queue}`;
      const info = await places.vhost.management<{ durable: boolean }>('GET', path);
      expect(info.durable).toBe(true);
      expect(await places.vhost.queue(queue)).toEqual({ messages: 0, consumers: 1 });
    }
  };

  const curl = async (command: string): Promise<void> => {
    const answer = JSON.parse(await shell(command)) as typeof lastAnswer & { status?: unknown };
    if (command.includes('POST')) lastAnswer = answer;
    if (command.includes('$')) expect(answer).not.toHaveProperty('code');
    if (command.includes('POST')) expect(answer.sagaId).toBeDefined();
  };

  const cancelled = async (command: string): Promise<void> => {
    const answer = JSON.parse(await shell(command)) as typeof lastAnswer;
    expect(answer).toMatchObject({ stage: 'CANCELLED' });
    expect(JSON.parse(await shell(command))).toEqual(answer);
    lastAnswer = answer;
  };

  /** Its saga has ended, and so the stream ends by itself. */
  const stream = async (command: string): Promise<void> => {
    expect(await shell(command)).toMatch(/event: row\n[^]*event: saga\n[^]*event: end\n/);
  };

  const signUp = async (command: string): Promise<void> => {
    expect(JSON.parse(await shell(command))).toMatchObject({ roles: ['customer'] });
    expect(JSON.parse(await shell(command))).toMatchObject({ code: 'EMAIL_TAKEN' });
  };

  const logIn = async (command: string): Promise<void> => {
    accessToken = (await shell(`${command}; echo "$TOKEN"`)).trim();
    expect(accessToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  };

  const setVariable = async (command: string): Promise<void> => {
    const [name] = command.split('=') as [string];
    variables[name] = (await shell(`${command}; echo "$${name}"`)).trim();
    expect(variables[name]).toMatch(/^[\w.-]{20,}$/);
  };

  const chaos = async (command: string): Promise<void> => {
    const answer = JSON.parse(await shell(command)) as Record<string, unknown>;
    expect(answer).toMatchObject({ outcome: 'done', silent: [] });
    if (!command.includes('PUT')) return;
    expect(answer).toMatchObject({ knob: { value: 1, applied: [{ value: 1 }] } });
  };

  const sql = async (command: string): Promise<void> => {
    const [, url, text] = /psql (\S+) -c "(.*)"$/.exec(places.translate(command))!;
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rowCount } = await client.query(text!.replace('$SAGA_ID', lastAnswer.sagaId!));
    await client.end();
    expect(rowCount).toBeGreaterThan(0);
  };

  const compose = async (command: string): Promise<void> => {
    const service = command.split(' ').at(-1)!;
    const file = parse(readFileSync(join(folder, 'docker-compose.yaml'), 'utf8')) as {
      services: Record<string, { ports?: string[] }>;
    };
    expect(Object.keys(file.services)).toContain(service);
    const port = service === 'rabbitmq' ? '5672:5672' : '5432:5432';
    expect(file.services[service]!.ports?.join(' ')).toContain(port);
  };

  const installedPnpm = async (command: string): Promise<void> => {
    const root = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      packageManager: string;
    };
    expect(command.split(' ').at(-1)).toBe(root.packageManager);
  };

  const studio = async (command: string): Promise<void> => {
    const [port] = [await freePortBlock(1)];
    const terminal = new Terminal(`${command.replace(/^pnpm/, pnpm())} --port ${port}`, folder, {});
    await waitFor(
      'the studio to listen',
      async () => (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' })).status > 0,
      { timeoutMs: 30_000 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${terminal.output}`, { cause: error });
    });
    await terminal.ctrlC();
  };

  const reconcile = async (command: string): Promise<void> => {
    const urls = DATABASES.map(
      (name) => [`${name.toUpperCase()}_DB_URL`, places.databaseUrl(name)] as const,
    );
    const env = { ...process.env, ...Object.fromEntries(urls) };
    await run('bash', ['-c', command.replace(/^pnpm/, pnpm())], { cwd: folder, env });
  };

  /** This very run is `pnpm test`, and lint and types are parts of it: here they need only exist. */
  const isScript = async (command: string): Promise<void> => {
    const root = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(Object.keys(root.scripts)).toContain(command.split(' ')[1]);
  };

  const WAYS: [RegExp, (command: string) => Promise<void>][] = [
    [/^npm install --global pnpm/, installedPnpm],
    [/^docker-compose /, compose],
    [/^pnpm dev$/, ready],
    [/db:studio$/, studio],
    [/^pnpm reconcile$/, reconcile],
    [/^pnpm (test|lint|check-types)$/, isScript],
    [/^curl .*signup/, signUp],
    [/^TOKEN=/, logIn],
    [/^(SELLER|CARD)=/, setVariable],
    [/^curl .*-X (PUT|DELETE) .*\/chaos/, chaos],
    [/^curl .*\/cancel/, cancelled],
    [/^curl .*health/, async (command) => void (await shell(command))],
    [/^curl -sN /, stream],
    [/^curl /, curl],
    [/^psql /, sql],
    [/^pnpm (install|build|--filter=\S+ db:\w+)$/, twice],
  ];

  it.each(commands)(
    'A2: %s',
    async (command) => {
      const way = WAYS.find(([pattern]) => pattern.test(command));
      if (!way) throw new Error(`no way to try this command is known: ${command}`);
      await way[1](command);
    },
    300_000,
  );
});
