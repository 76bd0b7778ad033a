import { testDatabase, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '@backstitch/database';
import { openDatabase } from './database/open-database.js';
import { createLogger } from './logger.js';
import { metricsRegistry } from './metrics.js';

describe('what /metrics tells of a pool', () => {
  const logger = createLogger({ app: 'test', level: 'silent' });
  let dropped: () => Promise<void>;
  let database: Database;
  beforeAll(async () => {
    const made = await testDatabase({ name: 'pools', migrate: async () => undefined });
    dropped = () => made.drop();
    database = openDatabase({ url: made.url, name: 'shop', logger, poolMax: 3 });
  });
  afterAll(async () => {
    await database.close();
    await dropped();
  });
  const told = async (name: string) => {
    const line = (await metricsRegistry.metrics())
      .split('\n')
      .find((each) => each.startsWith(`backstitch_db_${name} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };

  it('is how many connections are in use and idle, how many there may be, and who waits', async () => {
    const clients = [];
    for (let i = 0; i < 3; i += 1) clients.push(await database.pool.connect());
    const waiting = database.pool.connect();
    expect(await told('connections{pool="shop",state="in_use"}')).toBe(3);
    expect(await told('connections_max{pool="shop"}')).toBe(3);
    expect(await told('pending_requests{pool="shop"}')).toBe(1);
    for (const client of clients) client.release();
    (await waiting).release();
    expect(await told('connections{pool="shop",state="idle"}')).toBe(3);
    expect(await told('pending_requests{pool="shop"}')).toBe(0);
  });

  it('is how many connections broke, idle or in use, each once', async () => {
    const before = (await told('connections_lost_total{pool="shop"}'))!;
    const [inUse, idle] = [await database.pool.connect(), await database.pool.connect()];
    const pids: number[] = [];
    for (const client of [inUse, idle]) {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      pids.push(rows[0]!.pid);
    }
    idle.release();
    const killer = await database.pool.connect();
    const [spared] = (await killer.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
    const killed = pids.filter((pid) => pid !== spared!.pid);
    await killer.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [killed]);
    await waitFor('the losses to be counted', async () => {
      return (await told('connections_lost_total{pool="shop"}')) === before + killed.length;
    });
    killer.release();
    inUse.release(true);
  });
});
