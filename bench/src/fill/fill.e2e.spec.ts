import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManagementClient } from '@backstitch/launcher';
import { Cleanup, type DatabaseName, runReconcile, type SystemDatabases } from '@backstitch/tools';
import { type Backstitch, makeBackstitchDatabases } from '../systems/backstitch.js';
import type { Site } from '../systems/site.js';
import { startOn } from '../systems/start-system.js';
import { fill } from './fill.js';
import { sellTemplates } from './templates.js';

const TEMPLATES = 50;
const ADDED = 1_000;
const PRODUCTS = 20;
const DAYS = 28;

describe('a database with finished sagas made of those that the apps wrote', () => {
  const cleanup = new Cleanup(() => undefined);
  const stop = new AbortController();
  let databases: SystemDatabases;
  let system: Backstitch;
  let added: number;
  let before: Record<string, number>;
  let after: Record<string, number>;

  const number = async (database: DatabaseName, sql: string) =>
    Number(Object.values((await databases.rows(database, `SELECT ${sql}`))[0]!)[0]);

  const counts = async (): Promise<Record<string, number>> => ({
    sagas: await number('orchestrator', 'count(*) FROM saga_state'),
    logs: await number('orchestrator', 'count(*) FROM saga_logs JOIN saga_state USING (saga_id)'),
    keys: await number('orchestrator', 'count(DISTINCT saga_id) FROM idempotency_keys'),
    orders: await number('orders', 'count(*) FROM orders'),
    payments: await number('payments', 'count(*) FROM payments'),
    reservations: await number('inventory', 'count(*) FROM reservations'),
  });

  beforeAll(async () => {
    const variant = randomBytes(4).toString('hex');
    const around = { env: process.env, cleanup, stop, say: () => undefined };
    const site: Site = { ...around, variant, products: PRODUCTS, servers: testServers() };
    databases = await makeBackstitchDatabases(site);
    const start = (own: Cleanup) => startOn(databases, { ...site, cleanup: own });
    const first = new Cleanup(() => undefined);
    cleanup.add('the first apps', () => first.run());
    const basket = { products: PRODUCTS, lines: 2 };
    const load = { basket, signal: stop.signal };
    await sellTemplates(await start(first), databases, TEMPLATES, load);
    await first.run();
    before = await counts();
    added = await fill(databases, { sagas: ADDED, onProgress: () => undefined, ...load });
    after = await counts();
    system = await start(cleanup);
  }, 240_000);
  afterAll(() => cleanup.run(), 60_000);

  it('has as many as were asked for, each with all its rows, over four weeks', async () => {
    // The first checkout of all showed that the system sells: it is a template, too.
    expect(before['sagas']).toBe(TEMPLATES + 1);
    const copies = Math.ceil(ADDED / before['sagas']!);
    expect(added).toBe(copies * before['sagas']!);
    const whole = Object.entries(before).map(([name, count]) => [name, count * (1 + copies)]);
    expect(after).toEqual(Object.fromEntries(whole));
    expect(await number('orchestrator', 'count(*) FROM saga_logs_default')).toBe(0);
    const days = 'count(DISTINCT tableoid) FROM saga_logs';
    expect(await number('orchestrator', days)).toBeGreaterThanOrEqual(Math.min(copies, DAYS));
  });

  it('agrees with itself in every ledger', async () => {
    const { exitCode, stdout } = await runReconcile((name) => databases.url(name), ['--json']);
    expect(exitCode).toBe(0);
    const judged = await number('orchestrator', 'count(*) FROM saga_state');
    expect(JSON.parse(stdout)).toMatchObject({ judged, breaches: [] });
  }, 60_000);

  it('is read by the apps like any other', async () => {
    const sql = `SELECT saga_id FROM saga_state ORDER BY created_at LIMIT 1`;
    const [oldest] = await databases.rows('orchestrator', sql);
    const answer = await fetch(`${system.orchestratorUrl}/sagas/${String(oldest?.saga_id)}`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'DONE' });
  });
});

function testServers(): Site['servers'] {
  const { TEST_POSTGRES_URL, TEST_RABBITMQ_URL, TEST_RABBITMQ_MANAGEMENT_URL } = process.env;
  if (!TEST_POSTGRES_URL || !TEST_RABBITMQ_URL || !TEST_RABBITMQ_MANAGEMENT_URL) {
    throw new Error('`npm test` starts the servers and says where they are');
  }
  return {
    databaseServerUrl: TEST_POSTGRES_URL,
    rabbitmqUrl: TEST_RABBITMQ_URL,
    management: new ManagementClient(TEST_RABBITMQ_MANAGEMENT_URL, TEST_RABBITMQ_URL),
    pids: { postgres: [], rabbitmq: [] },
    dataDir: undefined,
    origin: { postgres: 'the tests', rabbitmq: 'the tests' },
    production: false,
  };
}
