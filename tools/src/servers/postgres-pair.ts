import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@backstitch/launcher';
import { serverRows } from '../apps/system-databases.js';
import { accountForPostgres } from './account.js';
import { copyRunningCluster } from './postgres-copy.js';
import { writePrivate } from './private-files.js';
import {
  startPrivatePostgres,
  type PrivatePostgres,
  type PrivatePostgresOptions,
} from './private-postgres.js';

export type PostgresPairOptions = Omit<PrivatePostgresOptions, 'port'>;

const WITHIN_MS = 30_000;
const PATIENCE = { timeoutMs: WITHIN_MS, everyMs: 50 };

/**
 * Starts a primary and a standby that has whatever the primary acknowledges, both new: the folder is
 * empty or not there yet.
 */
export async function startPostgresPair(options: PostgresPairOptions): Promise<PostgresPair> {
  const primary = await startPrivatePostgres({ ...options, dataDir: join(options.dataDir, '1') });
  const pair = new PostgresPair(options, primary);
  try {
    await pair.renewStandby();
  } catch (error) {
    await pair.stop({ hurry: true });
    throw error;
  }
  return pair;
}

/** One PostgreSQL in two places: a commit is answered when it is on both disks. */
export class PostgresPair {
  private made = 1;
  private follower: PrivatePostgres | undefined;

  constructor(
    private readonly options: PostgresPairOptions,
    private leader: PrivatePostgres,
  ) {}

  /** The one that takes writes; after promote() it is the former standby. */
  get primary(): PrivatePostgres {
    return this.leader;
  }

  get standby(): PrivatePostgres | undefined {
    return this.follower;
  }

  /** Makes the standby the primary, alone from then on; the old primary is dead before that. */
  async promote(): Promise<PrivatePostgres> {
    const next = this.follower;
    if (!next) throw new Error('there is no standby to promote');
    // A client that still wrote to it would get a yes for a row that is then lost.
    await this.leader.kill();
    const sql = 'SELECT pg_promote(true, $1) AS promoted';
    const [row] = await serverRows<{ promoted: boolean }>(next.url, sql, [WITHIN_MS / 1_000]);
    if (!row?.promoted) throw new Error('the standby was not promoted');
    rmSync(this.leader.dataDir, { recursive: true, force: true });
    this.leader = next;
    this.follower = undefined;
    return next;
  }

  /** Gives a primary without one a standby, while it works; from then on commits wait for it. */
  async renewStandby(): Promise<PrivatePostgres> {
    if (this.follower) throw new Error('there is a standby already');
    const { primary } = this;
    const dataDir = join(this.options.dataDir, String((this.made += 1)));
    const cluster = await copyRunningCluster(primary, dataDir);
    // In place of what the primary was told: which server it once followed, that its commits wait.
    const settings = `primary_conninfo = '${primary.url.replaceAll("'", '%27')}'\n`;
    const account = accountForPostgres();
    writePrivate(join(cluster, 'postgresql.auto.conf'), settings, account);
    writePrivate(join(cluster, 'standby.signal'), '', account);
    const password = decodeURIComponent(new URL(primary.url).password); // the roles are copied too
    this.follower = await startPrivatePostgres({ ...this.options, password, dataDir });
    await waitFor('the standby to stream', () => replicates(primary, 'async'), PATIENCE);
    // Not earlier: nothing could be committed until then.
    await serverRows(primary.url, `ALTER SYSTEM SET synchronous_standby_names = '*'`);
    await serverRows(primary.url, 'SELECT pg_reload_conf()');
    await waitFor('commits to wait for the standby', () => replicates(primary, 'sync'), PATIENCE);
    return this.follower;
  }

  /** Ends both, the primary first: without the standby its last commits would wait for ever. */
  async stop(options?: { hurry?: boolean }): Promise<void> {
    await this.leader.stop(options);
    await this.follower?.stop(options);
  }
}

async function replicates(primary: PrivatePostgres, how: 'async' | 'sync'): Promise<boolean> {
  const sql = `SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = $1`;
  return (await serverRows(primary.url, sql, [how])).length === 1;
}
