import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { serverRows as rows } from '../apps/system-databases.js';
import { postgresLogin } from './logins.js';
import { startPostgresPair, type PostgresPair } from './postgres-pair.js';
import { ProcessLedger } from './process-ledger.js';

describe('a PostgreSQL primary and its standby', () => {
  let folder: string;
  let ledger: ProcessLedger;
  let pair: PostgresPair;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pair-'));
    chmodSync(folder, 0o711); // the servers' accounts must pass
    ledger = new ProcessLedger(join(folder, 'processes'));
    const password = `it's "1111"\\`;
    pair = await startPostgresPair({ dataDir: join(folder, 'data'), password, ledger });
    await rows(pair.primary.url, 'CREATE TABLE kept (n int PRIMARY KEY)');
  }, 60_000);
  afterAll(async () => {
    await pair?.stop({ hurry: true });
    rmSync(folder, { recursive: true });
  });

  it('answers a commit when the standby has it, and not before', async () => {
    const { primary, standby } = pair;
    await standby!.kill();
    let answered = false;
    const write = rows(primary.url, 'INSERT INTO kept VALUES (-1)').then(() => (answered = true));
    const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
    await waitFor('the commit to wait', async () => (await rows(primary.url, waits)).length === 1);
    expect(answered).toBe(false);
    await standby!.start();
    await write;
    // It has the row on its disk, and shows it a moment later.
    const shown = await waitFor('the standby to show the row', async () => {
      const found = await rows(standby!.url, 'SELECT n FROM kept');
      return found.length > 0 && found;
    });
    expect(shown).toEqual([{ n: -1 }]);
  }, 60_000);

  it('refuses writes at the standby', async () => {
    const write = rows(pair.standby!.url, 'INSERT INTO kept VALUES (-2)');
    await expect(write).rejects.toMatchObject({ code: '25006' });
  });

  it('loses no acknowledged row when the primary is killed and the standby promoted, twice', async () => {
    let next = 0;
    for (const round of [1, 2]) {
      const killed = pair.primary;
      const acknowledged: number[] = [];
      const writers = Array.from({ length: 4 }, () =>
        untilCut(killed.url, async (client) => {
          const n = (next += 1);
          await client.query('INSERT INTO kept VALUES ($1)', [n]);
          acknowledged.push(n);
        }),
      );
      await waitFor('writes under way', () => acknowledged.length >= 200);
      await killed.kill();
      await Promise.all(writers);

      const promoted = await pair.promote();
      expect([promoted, pair.standby]).toEqual([pair.primary, undefined]);
      expect(await postgresLogin(killed.url)).toEqual({ kind: 'absent' });
      const found = await rows<{ n: number }>(promoted.url, 'SELECT n FROM kept');
      const kept = new Set(found.map(({ n }) => n));
      expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
      // Alone, it waits for no standby.
      await rows(promoted.url, 'INSERT INTO kept VALUES ($1)', [-10 * round]);
      await pair.renewStandby();
    }
    expect(ledger.entries()).toHaveLength(2);
    await pair.stop({ hurry: true });
    expect(ledger.entries()).toEqual([]);
  }, 90_000);
});

/** Works on one connection until that is lost. */
async function untilCut(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: `${url}/postgres` });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (;;) await work(client);
  } catch {
    await client.end().catch(() => undefined);
  }
}
