import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import pg from 'pg';
import { ConnectFailed, databaseFault } from '../database-fault.js';
import { openSession } from './session-client.js';
import { SessionPool, type SessionPoolOptions } from './session-pool.js';

let database: TestDatabase;
let admin: pg.Client;
let name: string;
const pools: SessionPool[] = [];
const lines: Record<string, unknown>[] = [];

const write = (fields: object, message: string): void => void lines.push({ ...fields, message });
const logger = { info: write, warn: write };

function open(options: Partial<SessionPoolOptions> = {}): SessionPool {
  const pool = new SessionPool({
    url: database.url,
    name: 'pool test',
    logger,
    max: 4,
    connectTimeoutMs: 3_000,
    queryTimeoutMs: 20_000,
    keyLookups: true,
    ...options,
  });
  pool.on('error', () => undefined);
  pools.push(pool);
  return pool;
}

beforeAll(async () => {
  database = await testDatabase({ name: 'pool', migrate: async () => undefined });
  name = new URL(database.url).pathname.slice(1);
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query('CREATE TABLE pots (id int PRIMARY KEY, price numeric(14,2) NOT NULL)');
  await admin.query('INSERT INTO pots SELECT n, 1 FROM generate_series(1, 10) AS n');
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
  lines.splice(0);
});

afterAll(async () => {
  await admin.end();
  await database.drop();
});

const readPot = { name: 'read_pot', text: 'SELECT * FROM pots WHERE id = $1', values: [1] };
const read = (pool: SessionPool) =>
  pool.use(async (client) => (await client.query<{ price: string }>(readPot)).rows[0]?.price);
/** All at once, so that every connection is used. */
const readOnAll = (pool: SessionPool) => Promise.all([1, 2, 3, 4].map(() => read(pool)));

describe('a connection that is out of date', () => {
  it.each([
    ['a column of another type', 'ALTER TABLE pots ALTER price TYPE numeric(18,2)'],
    ['one more column', 'ALTER TABLE pots ADD COLUMN name text'],
    ['one column less', 'ALTER TABLE pots DROP COLUMN IF EXISTS name'],
  ])('runs its statement again on a new one: %s', async (_what, change) => {
    const pool = open();
    await readOnAll(pool);
    await admin.query(change);
    expect(await readOnAll(pool)).toEqual(['1.00', '1.00', '1.00', '1.00']);
    await admin.query('ALTER TABLE pots ALTER price TYPE numeric(14,2)');
    expect(await readOnAll(pool)).toEqual(['1.00', '1.00', '1.00', '1.00']);
    expect(lines).toEqual([]);
  });

  it('runs its transaction again, which it had rolled back', async () => {
    const pool = open({ max: 1 });
    await read(pool);
    await admin.query('ALTER TABLE pots ALTER price TYPE numeric(16,2)');
    let runs = 0;
    const price = await pool.use(async (client) => {
      runs += 1;
      await client.query('BEGIN');
      await client.query('UPDATE pots SET price = price + 1 WHERE id = 1');
      const { rows } = await client.query<{ price: string }>(readPot);
      await client.query('COMMIT');
      return rows[0]?.price;
    });
    expect([runs, price]).toEqual([2, '2.00']);
    await admin.query('UPDATE pots SET price = 1 WHERE id = 1');
  });

  it.each(['DEALLOCATE ALL', 'DISCARD ALL'])(
    'runs a statement again that was forgotten: %s',
    async (forget) => {
      const pool = open({ max: 1 });
      await read(pool);
      await pool.use((client) => client.query(forget));
      expect(await read(pool)).toBe('1.00');
    },
  );

  it('runs a statement again whose name was taken', async () => {
    const pool = open({ max: 1 });
    await pool.use((client) => client.query('PREPARE read_pot AS SELECT 1'));
    expect(await read(pool)).toBe('1.00');
  });

  it('is replaced when it was opened while writes were stopped, and they go on', async () => {
    const stopWrites = (setting: string) =>
      admin.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = ${setting}`);
    const raise = (pool: SessionPool) =>
      pool.use((client) => client.query('UPDATE pots SET price = price WHERE id = 1'));
    await stopWrites('on');
    const pool = open({ max: 1 });
    await expect(raise(pool)).rejects.toMatchObject({ code: '25006' });
    await stopWrites('off');
    expect((await raise(pool)).rowCount).toBe(1);
  });

  it('is not replaced for ever: what fails on a new one as well is told', async () => {
    const pool = open({ max: 1 });
    let runs = 0;
    const failing = pool.use(async (client) => {
      runs += 1;
      await client.query('EXECUTE nothing_of_that_name');
    });
    await expect(failing).rejects.toMatchObject({ code: '26000' });
    expect(runs).toBe(2);
  });

  it('runs no transaction again whose commit may have come through', async () => {
    const pool = open({ max: 1 });
    let runs = 0;
    const run = (isUncommitted: boolean) =>
      pool.use(
        async (client) => {
          runs += 1;
          const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
          const dying = client.query('SELECT pg_sleep(20)');
          await Promise.all([
            admin.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]),
            dying,
          ]);
        },
        () => isUncommitted,
      );
    await expect(run(false)).rejects.toMatchObject({ code: '57P01' });
    expect(runs).toBe(1);
    await expect(run(true)).rejects.toMatchObject({ code: '57P01' });
    expect(runs).toBe(3);
  });
});

describe('a database that refuses connections', () => {
  const expectAway = async (url: string, why: RegExp) => {
    const pool = open({ url, max: 10 });
    const asked = Array.from({ length: 30 }, () => read(pool).catch((error: unknown) => error));
    for (const error of await Promise.all(asked)) {
      expect(error).toBeInstanceOf(ConnectFailed);
      expect(databaseFault(error)).toBe('away');
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      message: 'no connection to the database',
      why: expect.stringMatching(why),
    });
    await expect(openSession(url, { name: 'alone' })).rejects.toBeInstanceOf(ConnectFailed);
  };

  it('is away when it takes no connections, and is connected to once it does', async () => {
    const other = await testDatabase({ name: 'pool_closed', migrate: async () => undefined });
    const closed = new URL(other.url).pathname.slice(1);
    await admin.query(`ALTER DATABASE "${closed}" ALLOW_CONNECTIONS false`);
    await expectAway(other.url, /not currently accepting connections/);
    await admin.query(`ALTER DATABASE "${closed}" ALLOW_CONNECTIONS true`);
    const one = { text: 'SELECT 1 AS one', values: [] };
    while ((await pools[0]!.query(one).catch(() => undefined)) === undefined);
    expect(lines.at(-1)).toEqual({
      pool: 'pool test',
      message: 'connected to the database again',
    });
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
    await other.drop();
  });

  it.each([
    ['no such database', { pathname: '/no_such_database' }, /does not exist/],
    ['a wrong password', { password: 'wrong' }, /password authentication failed/],
    ['nothing listens', { port: '1' }, /ECONNREFUSED/],
    ['a host without an address', { hostname: 'no-such-host.invalid' }, /ENOTFOUND|EAI_AGAIN/],
    ['a server without TLS', { search: '?sslmode=require' }, /does not support SSL/],
  ])('is away, whatever the reason: %s', async (_what, wrong, why) => {
    await expectAway(Object.assign(new URL(database.url), wrong).href, why);
  });

  it('is away for a role that may have no more connections', async () => {
    const role = `limited_${randomUUID().slice(0, 8)}`;
    await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x' CONNECTION LIMIT 0`);
    const url = Object.assign(new URL(database.url), { username: role, password: 'x' }).href;
    await expectAway(url, /too many connections/);
    await admin.query(`DROP ROLE ${role}`);
  });
});

describe('the session of a connection', () => {
  const HOSTILE = {
    datestyle: 'German',
    timezone: 'Pacific/Apia',
    intervalstyle: 'iso_8601',
    extra_float_digits: '-15',
    bytea_output: 'escape',
    standard_conforming_strings: 'off',
    array_nulls: 'off',
    quote_all_identifiers: 'on',
    transform_null_equals: 'on',
    row_security: 'off',
    search_path: 'elsewhere',
    default_transaction_isolation: 'serializable',
    default_transaction_deferrable: 'on',
    // Times that would hurt later: what ends a session at once could not be told from an outage.
    statement_timeout: '61000',
    lock_timeout: '61000',
    idle_in_transaction_session_timeout: '61000',
    idle_session_timeout: '61000',
    session_replication_role: 'replica',
    synchronous_commit: 'off',
    plan_cache_mode: 'force_custom_plan',
    enable_seqscan: 'on',
    enable_indexscan: 'off',
    enable_indexonlyscan: 'off',
    enable_bitmapscan: 'off',
    enable_nestloop: 'off',
    jit: 'on',
  };
  const settingsOf = async (client: pg.ClientBase) => {
    const { rows } = await client.query<{ name: string; setting: string }>(
      'SELECT lower(name) AS name, setting FROM pg_settings WHERE lower(name) = ANY ($1)',
      [Object.keys(HOSTILE)],
    );
    return Object.fromEntries(rows.map((row) => [row.name, row.setting]));
  };

  it.each(['DATABASE', 'ROLE'])('is the same whatever the %s says', async (whose) => {
    const terms = { statementTimeoutMs: 4_000, lockTimeoutMs: 300, keyLookups: true };
    const role = `hostile_${randomUUID().slice(0, 8)}`;
    await admin.query(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'x'`);
    const url = Object.assign(new URL(database.url), { username: role, password: 'x' }).href;
    const before = await openSession(url, { name: 'friendly', ...terms });
    const friendly = await settingsOf(before);
    await before.end();
    expect(Object.keys(friendly).sort()).toEqual(Object.keys(HOSTILE).sort());
    const target = whose === 'ROLE' ? `ROLE ${role}` : `DATABASE "${name}"`;
    for (const [setting, value] of Object.entries(HOSTILE)) {
      await admin.query(`ALTER ${target} SET ${setting} = ${pg.escapeLiteral(value)}`);
    }
    try {
      const client = await openSession(url, { name: 'hostile', ...terms });
      expect(await settingsOf(client)).toEqual(friendly);
      await client.end();
    } finally {
      await admin.query(`ALTER ${target} RESET ALL`);
      await admin.query(`DROP ROLE ${role}`);
    }
  });

  it('is set after connecting: no start-up parameter is sent that a pooler would refuse', async () => {
    const seen: Buffer[] = [];
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        seen.push(data);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `postgresql://u:p@127.0.0.1:${port}/orders`;
    await expect(read(open({ url, statementTimeoutMs: 1, lockTimeoutMs: 1 }))).rejects.toThrow();
    server.close();
    // Length and protocol version, then names and values, each with a zero byte behind it.
    const words = seen[0]!.subarray(8).toString().split('\0').filter(Boolean);
    const names = words.filter((_word, index) => index % 2 === 0).sort();
    expect(names).toEqual(['application_name', 'client_encoding', 'database', 'user']);
  });
});
