import pg from 'pg';
import type { ConnectBackoff } from './connect-backoff.js';
import { ConnectFailed } from '../database-fault.js';
import { sessionQuery, type SessionTerms } from './session-settings.js';

export interface SessionConfig extends pg.ClientConfig {
  readonly session: SessionTerms;
  /** Shared by all connections to the same database. */
  readonly backoff?: ConnectBackoff;
}

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

/**
 * A connection whose session is set as the code relies on it before it is used. Any error until
 * then is a ConnectFailed. A connection that is lost later never ends the process: the
 * statement under way, or the next one, tells it.
 */
export class SessionClient extends pg.Client {
  readonly openedAtMs = performance.now();
  private readonly session: SessionTerms;
  private readonly backoff: ConnectBackoff | undefined;

  constructor(config: SessionConfig) {
    super(config);
    this.session = config.session;
    this.backoff = config.backoff;
    this.on('error', () => undefined);
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.Client> | void {
    const connecting = this.connectSession();
    if (!callback) return connecting;
    const tell = callback as (error: Error | null, client?: pg.Client) => void;
    connecting.then(
      () => tell(null, this),
      (error: Error) => tell(error),
    );
  }

  private async connectSession(): Promise<pg.Client> {
    const closed = this.backoff?.enter();
    if (closed) throw closed;
    try {
      await super.connect();
      await this.query(sessionQuery(this.session));
    } catch (error) {
      // The caller gets an error instead of the connection, and will not close it.
      void this.end().catch(() => undefined);
      throw this.backoff?.failed(error) ?? new ConnectFailed(error);
    }
    this.backoff?.connected();
    return this;
  }
}

/** One connection for one purpose: migrations, a seed, a report. Throws ConnectFailed. */
export async function openSession(
  url: string,
  {
    name,
    connectTimeoutMs = 5_000,
    ...session
  }: SessionTerms & {
    /** The application name in pg_stat_activity. */
    name: string;
    connectTimeoutMs?: number;
  },
): Promise<pg.Client> {
  const client = new SessionClient({
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: connectTimeoutMs,
    session,
  });
  return client.connect();
}
