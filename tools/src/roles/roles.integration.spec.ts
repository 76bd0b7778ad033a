import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireRights } from '@backstitch/database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DATABASES } from '../apps/apps.js';
import { databaseUrl } from '../servers/configured-servers.js';
import { type PrivatePostgres, startPrivatePostgres } from '../servers/private-postgres.js';
import { ProcessLedger } from '../servers/process-ledger.js';
import { projectRoot } from '../servers/project.js';
import { runCommand } from '../servers/run-command.js';
import { derivedRoles } from './database-roles.js';
import { developmentUsers, singleUser, usersOf } from './database-users.js';
import { isSuperuser, makeRoles } from './make-roles.js';

const MIGRATED_BY = {
  orders: 'order-service',
  inventory: 'inventory-service',
  payments: 'payment-service',
  orchestrator: 'orchestrator',
  identity: 'identity-service',
} as const;
type Name = keyof typeof MIGRATED_BY;
const NAMES = Object.keys(MIGRATED_BY) as Name[];
const APPEND_ONLY: Record<Name, readonly string[]> = {
  orders: ['order_events', 'order_items', 'order_rebuilds'],
  inventory: ['stock_ledger'],
  payments: ['bank.charges', 'bank.refunds'],
  orchestrator: ['saga_logs', 'saga_logs_default', 'saga_definitions', 'operator_actions'],
  identity: ['identity_events'],
};
const AUDITOR = { role: 'auditor', password: 'reads all, writes nothing' };
const DENIED = { code: '42501' };

let folder: string;
let server: PrivatePostgres;
const rolesOf = (name: string) => derivedRoles(server.url, name);
const users = () => usersOf(server.url, NAMES.map(rolesOf));

async function migrate(name: Name, url: string): Promise<void> {
  const file = join(projectRoot(), 'apps', MIGRATED_BY[name], 'dist', 'database', 'migrate.js');
  const env = { PATH: process.env['PATH'], MIGRATION_DB_URL: url };
  const { code, output } = await runCommand(process.execPath, [file], { env });
  if (code !== 0) throw new Error(output);
}

/** Runs `work` on a connection of its own. */
async function on<Result>(url: string, work: (client: pg.Client) => Promise<Result>) {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The rows of a statement, for the app of a database. */
const asApp = (name: Name, sql: string): Promise<Record<string, unknown>[]> =>
  on(users().app(name), async (client) => {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roles-'));
  chmodSync(folder, 0o711);
  const ledger = new ProcessLedger(join(folder, 'processes'));
  server = await startPrivatePostgres({ dataDir: join(folder, 'postgres'), ledger });
  // One database is there already, made by a superuser, and has rows.
  await migrate('inventory', databaseUrl(server.url, 'inventory'));
  await on(databaseUrl(server.url, 'inventory'), (client) =>
    client.query(`INSERT INTO products (id, name, stock_quantity, price)
      VALUES ('660facf7-b9cf-417a-8ee1-27afe2fb2c72', 'Mouse', 7, 29.99)`),
  );
  await makeRoles(server.url, NAMES.map(rolesOf), { auditor: AUDITOR });
  await Promise.all(NAMES.map((name) => migrate(name, users().owner(name))));
}, 120_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});

describe.each(NAMES)('the role of the app of %s', (name) => {
  const ledger = APPEND_ONLY[name][0]!;

  it.each([
    ['disables no trigger', `ALTER TABLE ${ledger} DISABLE TRIGGER ALL`],
    ['skips no trigger', `SET session_replication_role = replica`],
    ['runs no program', `COPY (SELECT 1) TO PROGRAM 'true'`],
    ['reads no file', `SELECT pg_read_file('/etc/hostname')`],
    ['makes no table', 'CREATE TABLE own (n int)'],
    ['makes no temporary table', 'CREATE TEMPORARY TABLE own (n int)'],
    ['makes no schema', 'CREATE SCHEMA own'],
    ['makes no function', 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'],
    ['drops no table', `DROP TABLE ${ledger}`],
    ['empties no table', `TRUNCATE ${ledger}`],
    ['becomes no owner', `SET ROLE ${name}_owner`],
    ['makes no role', 'CREATE ROLE other'],
    ['makes no database', 'CREATE DATABASE other'],
    ['records no migration', `INSERT INTO drizzle.__drizzle_migrations (hash) VALUES ('x')`],
  ])('%s', async (_what, sql) => {
    await expect(asApp(name, sql)).rejects.toMatchObject(DENIED);
  });

  it.each(APPEND_ONLY[name])('changes and removes no row of %s', async (table) => {
    const [column] = await asApp(
      name,
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum = 2`,
    );
    const changed = String(column!['name']);
    const change = `UPDATE ${table} SET ${changed} = ${changed}`;
    await expect(asApp(name, change)).rejects.toMatchObject(DENIED);
    await expect(asApp(name, `DELETE FROM ${table}`)).rejects.toMatchObject(DENIED);
  });

  it('may change no table that a trigger protects from changes', async () => {
    const guarded = await asApp(
      name,
      `SELECT DISTINCT tgrelid::regclass::text AS name FROM pg_trigger JOIN pg_proc f ON f.oid = tgfoid
        WHERE f.proname ~ '(refuse_rewriting|_stay)$' AND has_table_privilege(tgrelid, 'UPDATE, DELETE')`,
    );
    expect(guarded).toEqual([]);
  });

  it('has all rights that its app needs, and can say which migrations there are', async () => {
    const url = users().app(name);
    await on(url, (client) => requireRights(client));
    await expect(asApp(name, 'SELECT FROM drizzle.__drizzle_migrations')).resolves.not.toEqual([]);
  });

  it('connects to no other database of the system', async () => {
    const others = NAMES.filter((other) => other !== name);
    for (const other of others) {
      const url = new URL(users().app(name));
      url.pathname = `/${other}`;
      await expect(on(url.href, async () => undefined)).rejects.toMatchObject(DENIED);
    }
  });

  it('reads as the auditor, and writes nothing', async () => {
    const url = Object.assign(new URL(databaseUrl(server.url, name)), {
      username: AUDITOR.role,
      password: AUDITOR.password,
    }).href;
    await on(url, (client) => client.query(`SELECT * FROM ${ledger}`));
    const insert = on(url, (client) => client.query(`INSERT INTO ${ledger} DEFAULT VALUES`));
    await expect(insert).rejects.toMatchObject(DENIED);
  });
});

describe('the roles of the databases', () => {
  it('are made for every database of the system', () => {
    expect(NAMES).toEqual(expect.arrayContaining([...DATABASES]));
  });

  it('take over a database that a superuser made, with its rows', async () => {
    const stock = await asApp('inventory', 'SELECT stock_quantity AS n FROM products');
    expect(stock).toEqual([{ n: 7 }]);
    await on(users().owner('inventory'), (owner) =>
      owner.query('ALTER TABLE products ADD later int; ALTER TABLE products DROP later'),
    );
    await asApp('inventory', 'UPDATE products SET stock_quantity = stock_quantity + 1');
    expect(await asApp('inventory', 'SELECT change FROM stock_ledger ORDER BY id')).toEqual([
      { change: 7 },
      { change: 1 },
    ]);
  });

  it('let signals to sagas and the outbox of events be written, and be removed again', async () => {
    const [saga, order] = ['a', 'b'].map((one) => `${one}0000000-0000-4000-8000-000000000000`);
    await asApp(
      'orchestrator',
      `INSERT INTO saga_signals (saga_id, signal_id, name, answer, recorded_at)
        VALUES ('${saga}', 'x', 'paid', '{}', now())`,
    );
    await asApp('orders', `INSERT INTO order_outbox (order_id, sequence) VALUES ('${order}', 1)`);
    const removed = [
      await asApp('orchestrator', 'DELETE FROM saga_signals RETURNING saga_id AS id'),
      await asApp('orders', 'DELETE FROM order_outbox RETURNING order_id AS id'),
    ];
    expect(removed).toEqual([[{ id: saga }], [{ id: order }]]);
  });

  it('let only the missing outcome of an operator action be added', async () => {
    await asApp(
      'orchestrator',
      `INSERT INTO operator_actions (id, operator, action, subject_kind, subject_id, reason, detail)
        VALUES (gen_random_uuid(), 'o', 'discard', 'dead-letter', '1', 'r', '{}')`,
    );
    await asApp(
      'orchestrator',
      `UPDATE operator_actions SET outcome = 'done', detail = '{"n": 1}'`,
    );
    const reason = asApp('orchestrator', `UPDATE operator_actions SET reason = 'another'`);
    await expect(reason).rejects.toMatchObject(DENIED);
  });

  it('let the orchestrator make a day of its log, and drop a day that is over, and no other table', async () => {
    const log = (sql: string) => asApp('orchestrator', sql);
    const make = (day: string) => log(`SELECT make_saga_logs_day(${day}) AS outcome`);
    expect(await make("DATE '2020-01-01'")).toEqual([{ outcome: 'made' }]);
    const insert = `INSERT INTO saga_logs (saga_id, created_at, step, status)
      VALUES (gen_random_uuid(), '2020-01-01 12:00Z', 'A', 'STARTED')`;
    await log(insert);
    await expect(log('UPDATE saga_logs_20200101 SET step = step')).rejects.toMatchObject(DENIED);
    await expect(log('DELETE FROM saga_logs_20200101')).rejects.toMatchObject(DENIED);
    const today = `saga_logs_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
    for (const kept of [today, 'saga_logs_default', 'saga_state', 'saga_logs']) {
      await expect(log(`SELECT drop_saga_logs_day('${kept}')`)).rejects.toMatchObject(DENIED);
    }
    const audit = Object.assign(new URL(databaseUrl(server.url, 'orchestrator')), {
      username: AUDITOR.role,
      password: AUDITOR.password,
    }).href;
    const drop = `SELECT drop_saga_logs_day('saga_logs_20200101')`;
    await expect(on(audit, (client) => client.query(drop))).rejects.toMatchObject(DENIED);
    await log(drop);
    expect(await log(`SELECT to_regclass('saga_logs_20200101') AS gone`)).toEqual([{ gone: null }]);
  });

  it('lacking on one table, are named by the check of a starting app', async () => {
    const owner = users().owner('payments');
    await on(owner, (client) => client.query('REVOKE INSERT ON bank.charges FROM payments_app'));
    const check = () => on(users().app('payments'), (client) => requireRights(client));
    await expect(check()).rejects.toThrow(/bank\.charges.*as the owner/);
    await migrate('payments', owner);
    await check();
  });

  it('get other passwords by another run, and keep what is in the databases', async () => {
    const before = users().app('orders');
    const rotated = { ...rolesOf('orders'), app: { role: 'orders_app', password: 'rotated' } };
    await makeRoles(server.url, [rotated]);
    await expect(on(before, async () => undefined)).rejects.toMatchObject({ code: '28P01' });
    const url = Object.assign(new URL(before), { password: 'rotated' }).href;
    await on(url, (client) => client.query('SELECT * FROM orders'));
    await Promise.all([1, 2, 3].map(() => makeRoles(server.url, [rolesOf('orders')])));
    await on(before, (client) => client.query('SELECT * FROM orders'));
  });

  it('of a deployment keep their passwords when npm start finds them, which then makes none', async () => {
    const before = users().app('orders');
    const found = await developmentUsers(server.url, ['orders'], {});
    expect(found.app('orders')).toBe(singleUser(server.url).app('orders'));
    await on(before, (client) => client.query('SELECT * FROM orders'));
  });

  it('are made by npm start for each app, again and again, with the passwords of the time', async () => {
    const names = ['shop_a', 'shop_b'];
    for (let run = 0; run < 2; run += 1) {
      const made = await developmentUsers(server.url, names, {});
      for (const name of names) {
        await on(made.app(name), async () => undefined);
        expect(made.app(name)).toContain(`${name}_app:`);
      }
    }
    const production = await developmentUsers(server.url.replace(/:[^:@]+@/, ':1111@'), names, {
      NODE_ENV: 'production',
    });
    expect(production.app('shop_a')).toContain('postgres:1111@');
    const owner = users().owner('orders');
    expect((await developmentUsers(owner, names, {})).app('shop_a')).toContain('orders_owner:');
  });

  it('can be made by a superuser only, who can be told apart', async () => {
    expect(await isSuperuser(server.url)).toBe(true);
    expect(await isSuperuser(users().owner('orders'))).toBe(false);
  });
});
