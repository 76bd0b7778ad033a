import { fileURLToPath } from 'node:url';
import { runMigrations } from '@backstitch/service-kit';
import { COMMAND_QUEUES } from '@backstitch/shared-types';
import {
  type AppProcess,
  startApp,
  testDatabase,
  type TestDatabase,
  testVhost,
  type TestVhost,
  waitFor,
} from '@backstitch/testkit';
import pg from 'pg';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** The orchestrator that also has gift cards: see testing/gift-card. */
export const TWO_SAGAS = fileURLToPath(
  new URL('../../dist/testing/gift-card/main.js', import.meta.url),
);
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** What a service answers: a response, or a rejection with this code. */
export type Saying = { response: unknown } | { no: string; details?: unknown };

/**
 * Orchestrators as processes on a database and a vhost of their own. The services are the test's:
 * nothing is answered but what it answers, when it answers it.
 */
export class Orchestrators {
  private readonly running: AppProcess[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly vhost: TestVhost,
    private readonly pool: pg.Pool,
  ) {}

  static async prepare(): Promise<Orchestrators> {
    const database = await testDatabase({
      name: 'orchestrator',
      migrations: MIGRATIONS,
      migrate: (url) => runMigrations({ url, folder: MIGRATIONS, print: () => undefined }),
    });
    const pool = new pg.Pool({ connectionString: database.url, max: 2 });
    return new Orchestrators(database, await testVhost('orchestrator'), pool);
  }

  async start(environment: Record<string, string> = {}, program = MAIN): Promise<AppProcess> {
    const one = await startApp(program, {
      DB_URL: this.database.url,
      RABBITMQ_URL: this.vhost.url,
      ...environment,
    });
    this.running.push(one);
    return one;
  }

  async ready(one: AppProcess): Promise<AppProcess> {
    await waitFor('the orchestrator to be ready', async () => {
      const { status, body } = await dependenciesOf(one);
      if (status !== 200) throw new Error(JSON.stringify(body));
      return true;
    });
    return one;
  }

  /** Answers the next command of a queue, or the batch of them; says which pattern the first was. */
  async serve(queue: keyof typeof COMMAND_QUEUES, saying: Saying): Promise<string> {
    const { content, properties } = await this.vhost.take(COMMAND_QUEUES[queue]);
    const commands = [JSON.parse(content.toString())].flat() as Record<string, string>[];
    const reply =
      'no' in saying
        ? { err: { code: saying.no, message: 'no', retryable: false, details: saying.details } }
        : { response: saying.response };
    const { replyTo } = properties as { replyTo?: string };
    for (const { id } of commands) {
      const body = Buffer.from(JSON.stringify({ ...reply, isDisposed: true, id }));
      await this.vhost.publish(replyTo!, body, { correlationId: id });
    }
    return commands[0]!.pattern!;
  }

  /** All commands of a checkout, each with success. */
  async serveAll(): Promise<string[]> {
    const served: string[] = [];
    for (const queue of ['order', 'inventory', 'payment', 'inventory', 'order'] as const) {
      served.push(await this.serve(queue, { response: {} }));
    }
    return served;
  }

  /** Answers every command until the probe is satisfied. */
  serveUntil<Seen>(what: string, probe: () => Promise<Seen | false | undefined>): Promise<Seen> {
    const queues = Object.keys(COMMAND_QUEUES) as (keyof typeof COMMAND_QUEUES)[];
    return waitFor(what, async () => {
      for (const queue of queues) {
        const counts = await this.vhost.queue(COMMAND_QUEUES[queue]);
        if (counts && counts.messages > 0) await this.serve(queue, { response: {} });
      }
      return probe();
    });
  }

  async query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.pool.query<Record<string, unknown>>(text, values)).rows;
  }

  /** Runs a statement in a transaction that stays open until it is released. */
  async hold(text: string): Promise<() => Promise<void>> {
    const client = await this.pool.connect();
    await client.query('BEGIN');
    await client.query(text);
    return async () => {
      await client.query('ROLLBACK');
      client.release();
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((one) => one.kill()));
    await this.pool.end();
    // A killed orchestrator's connections end a moment later; drop() waits for them.
    await this.database.drop();
    await this.vhost.drop();
  }
}

export async function ask(
  one: AppProcess,
  method: 'GET' | 'POST',
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(one.url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const parsed = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body: parsed };
}

/** What of its database and its broker is there, as operators are told. */
export async function dependenciesOf(
  one: AppProcess,
): Promise<{ status: number; body: unknown; down: string[] }> {
  const response = await fetch(`${one.metricsUrl}/health/dependencies`);
  const body = (await response.json()) as { dependencies: Record<string, { status: string }> };
  const entries = Object.entries(body.dependencies);
  const down = entries.flatMap(([name, { status }]) => (status === 'up' ? [] : [name]));
  return { status: response.status, body, down };
}

export function post(
  one: AppProcess,
  userId: string,
  headers: Record<string, string> = {},
  quantity = 2,
): Promise<Answer> {
  const productId = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
  const body = { userId, items: [{ productId, quantity, price: '29.99' }] };
  return ask(one, 'POST', '/checkout', { headers, body });
}
