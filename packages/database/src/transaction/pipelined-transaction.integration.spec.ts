import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@backstitch/testkit';
import { Database } from '../database.js';

const logger = { info: () => undefined, warn: () => undefined };

describe('a pipelined transaction', () => {
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    server = await testDatabase({ name: 'pipeline', migrate: async () => undefined });
    database = new Database({ url: server.url, name: 'pipeline', logger, poolMax: 2 });
    await database.pool.query('CREATE TABLE pots (id int PRIMARY KEY, n int CHECK (n >= 0))');
  });

  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  const put = (id: number, n: number) => ({
    name: 'put',
    text: 'INSERT INTO pots VALUES ($1, $2) RETURNING n',
    values: [id, n],
  });
  const pots = async () => (await database.pool.query('SELECT id FROM pots ORDER BY id')).rows;
  const setting = (name: string) => ({
    name: `setting ${name}`,
    text: `SELECT current_setting('${name}', true) AS value`,
    values: [],
  });

  it('answers the rows of each statement of a group, and none for one that is left out', async () => {
    const rows = await database.pipelined(async (transaction) => {
      const first = await transaction.send(put(1, 10), undefined, put(2, 20));
      return [...first, ...(await transaction.commit(put(3, 30)))];
    });
    expect(rows).toEqual([[{ n: 10 }], [], [{ n: 20 }], [{ n: 30 }]]);
    expect(await pots()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it('writes nothing when a statement fails, and throws the first failure', async () => {
    const failing = database.pipelined((transaction) =>
      transaction.commit(put(4, 1), put(5, -1), put(6, 1)),
    );
    await expect(failing).rejects.toMatchObject({ code: '23514' });
    expect(await pots()).toHaveLength(3);
  });

  it('writes nothing when its work throws before the commit, and its connection can be used again', async () => {
    const failing = database.pipelined(async (transaction) => {
      await transaction.send(put(7, 1));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await pots()).toHaveLength(3);
  });

  it('has its settings to itself', async () => {
    const inside = await database.pipelined(
      (transaction) => transaction.commit(setting('backstitch.test'), setting('lock_timeout')),
      { 'backstitch.test': 'HOLD', lock_timeout: 123 },
    );
    expect(inside).toEqual([[{ value: 'HOLD' }], [{ value: '123ms' }]]);
    const after = await database.query(setting('lock_timeout'));
    expect(after).toEqual([{ value: '300ms' }]);
  });
});
