import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase, waitFor } from '@backstitch/testkit';
import { Database } from '../database.js';

const logger = { info: () => undefined, warn: () => undefined };
const LOCK = { space: 7, name: 'cleaning' };

describe('work under an advisory lock', () => {
  let server: TestDatabase;
  let one: Database;
  let other: Database;

  beforeAll(async () => {
    server = await testDatabase({ name: 'advisory', migrate: async () => undefined });
    const open = (name: string) => new Database({ url: server.url, name, logger, poolMax: 2 });
    [one, other] = [open('one'), open('other')];
  });

  afterAll(async () => {
    await Promise.all([one.close(), other.close()]);
    await server.drop();
  });

  const heldLocks = async () => {
    const { rowCount } = await one.pool.query(
      `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE locktype = 'advisory' AND datname = current_database()`,
    );
    return rowCount;
  };

  it('is done by one process at a time, and not at all by another meanwhile', async () => {
    const answers = await one.withAdvisoryLock(LOCK, async () => {
      const meanwhile = await other.withAdvisoryLock(LOCK, async () => 'other');
      const elsewhere = await other.withAdvisoryLock({ ...LOCK, name: 2 }, async () => 'free');
      return [meanwhile, elsewhere];
    });
    expect(answers).toEqual([undefined, 'free']);
    expect(await other.withAdvisoryLock(LOCK, async () => 'other')).toBe('other');
    expect(await heldLocks()).toBe(0);
  });

  it('is done by another process that asks for long enough', async () => {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    let attempts = 0;
    const first = one.withAdvisoryLock(LOCK, () => released);
    await waitFor('the lock', async () => (await heldLocks()) === 1);
    const second = other.withAdvisoryLock(LOCK, async () => 'mine', {
      tryForMs: 20_000,
      onTaken: (many) => {
        attempts = many;
        if (many === 2) release();
      },
    });
    expect([await second, await first]).toEqual(['mine', undefined]);
    expect(attempts).toBeGreaterThanOrEqual(2);
  });

  it('leaves no lock behind when it fails', async () => {
    const failing = one.withAdvisoryLock(LOCK, async () => {
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await waitFor('the lock to be free', async () => (await heldLocks()) === 0);
  });
});
