import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, waitFor, type TestDatabase } from '@backstitch/testkit';
import { Database, type DatabaseOptions } from './database.js';
import { reasonOf } from './database-fault.js';

const logger = { info: () => undefined, warn: () => undefined };

/** As an app makes errors of its own of them. */
class FaultOf extends Error {
  constructor(
    readonly fault: 'away' | 'locked' | 'forbidden',
    database: string,
    cause: unknown,
  ) {
    super(`"${database}" is ${fault}: ${reasonOf(cause)}`);
  }
}

const openDatabase = (options: DatabaseOptions) =>
  new Database({ faultError: (...args) => new FaultOf(...args), ...options });

describe('a database', () => {
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    server = await testDatabase({ name: 'kit', migrate: async () => undefined });
    const patient = { lockTimeoutMs: 20_000 }; // so that PostgreSQL sees deadlocks
    database = openDatabase({ url: server.url, name: 'kit test', logger, poolMax: 4, ...patient });
    await database.query({
      name: 'make',
      text: 'CREATE TABLE pots (id int PRIMARY KEY, n int NOT NULL CHECK (n >= 0))',
      values: [],
    });
    await database.pool.query('INSERT INTO pots VALUES (1, 0), (2, 0)');
  });

  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  const pot = async (id: number) => {
    const statement = { name: 'pot', text: 'SELECT n FROM pots WHERE id = $1', values: [id] };
    return (await database.query<{ n: number }>(statement))[0]?.n;
  };

  it('commits a transaction, and rolls back one that throws', async () => {
    await database.withTransaction((tx) => tx.query('UPDATE pots SET n = 5 WHERE id = 1'));
    const failing = database.withTransaction(async (tx) => {
      await tx.query('UPDATE pots SET n = 9 WHERE id = 1');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await pot(1)).toBe(5);
  });

  it('keeps a connection usable after a statement that failed', async () => {
    const wrong = { name: 'wrong', text: 'UPDATE pots SET n = -1 WHERE id = 2', values: [] };
    await expect(database.query(wrong)).rejects.toMatchObject({ code: '23514' });
    await expect(database.withTransaction((tx) => tx.query(wrong))).rejects.toMatchObject({
      code: '23514',
    });
    expect(await pot(2)).toBe(0);
  });

  it('runs both of two transactions that deadlocked', async () => {
    await database.query({ name: 'zero', text: 'UPDATE pots SET n = 0', values: [] });
    let waiting = 0;
    let bothHold: () => void = () => undefined;
    const meet = new Promise<void>((resolve) => (bothHold = resolve));
    const crossing = (first: number, second: number) =>
      database.withTransaction(async (tx) => {
        await tx.query('UPDATE pots SET n = n + 1 WHERE id = $1', [first]);
        waiting += 1;
        if (waiting === 2) bothHold();
        await meet;
        await tx.query('UPDATE pots SET n = n + 1 WHERE id = $1', [second]);
      });
    await Promise.all([crossing(1, 2), crossing(2, 1)]);
    expect([await pot(1), await pot(2)]).toEqual([2, 2]);
    expect(waiting).toBe(3);
  });

  it('gives up on contention that does not end', async () => {
    let tries = 0;
    const hopeless = database.withTransaction(async () => {
      tries += 1;
      throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
    });
    await expect(hopeless).rejects.toThrow('deadlock detected');
    expect(tries).toBe(5);
  });

  it('says that it is away when its connection is killed, and works again by itself', async () => {
    const killed = database.withTransaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const kill = 'SELECT pg_terminate_backend($1)';
      await database.query({ name: 'kill', text: kill, values: [rows[0]!.pid] });
      await tx.query('SELECT pg_sleep(5)');
    });
    await expect(killed).rejects.toMatchObject({ fault: 'away' });
    await waitFor('the database to answer again', () => database.isAvailable());
  });

  it('survives the death of every idle connection', async () => {
    await Promise.all([1, 2, 3].map((id) => pot(id)));
    await database.query({
      name: 'kill others',
      text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      values: [],
    });
    await waitFor('the database to answer again', () => database.isAvailable());
  });

  it('tells of a lost connection in words, and nothing of what the connection knows', async () => {
    const lines: string[] = [];
    const write = (fields: object, msg: string) =>
      void lines.push(JSON.stringify({ ...fields, msg }));
    const recorder = { info: write, warn: write };
    const lonely = openDatabase({ url: server.url, name: 'kit lonely', logger: recorder });
    await lonely.probe();
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'kit lonely'`;
    await database.query({ name: 'kill lonely', text: kill, values: [] });
    const line = await waitFor('the line', () => lines[0]);
    expect(JSON.parse(line)).toMatchObject({ msg: 'a database connection was lost' });
    expect(line).toContain('terminating connection');
    expect(line).not.toMatch(/secretKey|connectionParameters|stack/);
    await lonely.close();
  });

  it('says that a row is locked when another session keeps it, and gives its own locks up', async () => {
    const holder = await database.pool.connect();
    await holder.query('BEGIN; SELECT 1 FROM pots WHERE id = 1 FOR UPDATE');
    const waiter = openDatabase({ url: server.url, name: 'kit waiter', logger });
    const update = 'UPDATE pots SET n = n WHERE id = $1';
    const both = waiter.withTransaction(async (tx) => {
      await tx.query(update, [2]);
      await tx.query(update, [1]);
    });
    await expect(both).rejects.toMatchObject({ fault: 'locked' });
    await expect(waiter.query({ name: 'one', text: update, values: [1] })).rejects.toMatchObject({
      fault: 'locked',
    });
    await holder.query(`${update.replace('$1', '2')}; ROLLBACK`);
    holder.release();
    await waiter.close();
  });

  it('runs a transaction once more whose connection was lost before its commit', async () => {
    let runs = 0;
    await database.withTransaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const kill = {
        name: 'kill',
        text: 'SELECT pg_terminate_backend($1)',
        values: [rows[0]!.pid],
      };
      runs += 1;
      if (runs === 1) await database.query(kill);
      await tx.query('UPDATE pots SET n = 7 WHERE id = 1');
    });
    expect([runs, await pot(1)]).toEqual([2, 7]);
  });

  it('is there again once writes are, although its connection was opened without', async () => {
    const name = new URL(server.url).pathname.slice(1);
    const stopWrites = (setting: string) =>
      database.pool.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${setting}`);
    await stopWrites('on');
    const opened = openDatabase({ url: server.url, name: 'kit closed', logger, poolMax: 1 });
    expect(await opened.isAvailable()).toBe(false);
    await stopWrites('off');
    expect(await waitFor('it to be there', () => opened.isAvailable())).toBe(true);
    await opened.close();
  });

  it('gives up on a statement that takes too long', async () => {
    const options = { url: server.url, name: 'kit hurried', logger, statementTimeoutMs: 50 };
    const hurried = openDatabase(options);
    const slow = hurried.query({ name: 'slow', text: 'SELECT pg_sleep(5)', values: [] });
    await expect(slow).rejects.toMatchObject({ fault: 'away' });
    await hurried.close();
  });

  it('is away while it takes no writes', async () => {
    const writable = (setting: string) =>
      database.pool.query(`ALTER ROLE CURRENT_USER IN DATABASE ${new URL(server.url).pathname.slice(1)}
          SET default_transaction_read_only = ${setting}`);
    await writable('on');
    const standby = openDatabase({ url: server.url, name: 'kit standby', logger });
    await expect(standby.probe()).rejects.toThrow('it takes no writes');
    await standby.close();
    await writable('off');
  });

  it('says which database is away, and why, when nothing listens', async () => {
    const nowhere = openDatabase({ url: 'postgresql://u:p@127.0.0.1:1/orders', name: 'x', logger });
    await expect(nowhere.probe()).rejects.toThrow(/"orders" is away: .*ECONNREFUSED/);
    expect(await nowhere.isAvailable()).toBe(false);
    await nowhere.close();
    await nowhere.close();
  });
});
