import pg from 'pg';
import { ConnectBackoff, type ConnectLogger } from './connect-backoff.js';
import { databaseFault, isLost, isOutdated } from '../database-fault.js';
import { SessionClient, type SessionConfig } from './session-client.js';
import type { SessionTerms } from './session-settings.js';

export interface SessionPoolOptions extends SessionTerms {
  readonly url: string;
  /** Shown by pg_stat_activity as the name of the application. */
  readonly name: string;
  readonly logger: ConnectLogger;
  /** Connections at most. */
  readonly max: number;
  readonly connectTimeoutMs: number;
  /** For a connection on which no answer comes: later than the server's own timeout. */
  readonly queryTimeoutMs: number;
  /** An idle connection is closed after this long; 0: never [10 000]. */
  readonly idleTimeoutMs?: number;
}

/** Before this age a connection that takes no writes says what the database is now. */
const READ_ONLY_AGE_MS_MIN = 1_000;

/**
 * A pool of connections with one kind of session. When one of them turns out to be outdated, all
 * that were opened before it are taken for outdated, too; each is closed when it would be used
 * next.
 */
export class SessionPool extends pg.Pool {
  private outdatedBeforeMs = 0;

  constructor({ url, name, logger, max, ...options }: SessionPoolOptions) {
    const { connectTimeoutMs, queryTimeoutMs, idleTimeoutMs = 10_000, ...session } = options;
    // `pipeline` is missing from the types: a statement is sent without waiting for earlier answers.
    const config: SessionConfig & pg.PoolConfig & { pipeline: boolean } = {
      connectionString: url,
      application_name: name,
      max,
      pipeline: true,
      connectionTimeoutMillis: connectTimeoutMs,
      idleTimeoutMillis: idleTimeoutMs,
      query_timeout: queryTimeoutMs,
      keepAlive: true,
      session,
      backoff: new ConnectBackoff(name, logger),
    };
    // The types know only clients that take no settings.
    super({ ...config, Client: SessionClient as unknown as new () => pg.ClientBase });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | void {
    const connecting = this.connectCurrent();
    if (!callback) return connecting;
    void this.tell(connecting, callback);
  }

  /**
   * Runs `work` on a connection, and once more on another one when the first turned out to be out
   * of date or, as long as `isUncommitted` says so, was lost: then nothing of it has happened.
   */
  async use<Result>(
    work: (client: pg.PoolClient) => Promise<Result>,
    isUncommitted: () => boolean = () => false,
  ): Promise<Result> {
    for (let isRepeat = false; ; isRepeat = true) {
      const client = await this.connect();
      let unusable: Error | undefined;
      try {
        return await work(client);
      } catch (error) {
        if (databaseFault(error) === 'away') unusable = error as Error;
        const isUndone = this.outdates(client, error) || (isLost(error) && isUncommitted());
        if (isRepeat || !isUndone) throw error;
      } finally {
        client.release(unusable);
      }
    }
  }

  /** Whether a connection is out of date by this error, and another one may be better. */
  private outdates(client: pg.PoolClient, error: unknown): boolean {
    if (!isOutdated(error)) return false;
    const openedAtMs = openedAt(client);
    const { code } = error as { code?: string };
    const ageMs = performance.now() - openedAtMs;
    if (code === '25006' && ageMs < READ_ONLY_AGE_MS_MIN) return false;
    if (openedAtMs > this.outdatedBeforeMs) this.outdatedBeforeMs = performance.now();
    return true;
  }

  /** For pg-pool's own `query`, which needs a callback. */
  private async tell(connecting: Promise<pg.PoolClient>, callback: ConnectCallback): Promise<void> {
    let client: pg.PoolClient;
    try {
      client = await connecting;
    } catch (error) {
      return callback(error as Error, undefined, () => undefined);
    }
    callback(undefined, client, (error) => client.release(error));
  }

  private async connectCurrent(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await super.connect();
      if (openedAt(client) > this.outdatedBeforeMs) return client;
      client.release(true);
    }
  }
}

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: Error | boolean) => void,
) => void;

function openedAt(client: pg.PoolClient): number {
  return (client as pg.PoolClient & Pick<SessionClient, 'openedAtMs'>).openedAtMs;
}
