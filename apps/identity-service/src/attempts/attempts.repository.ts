import { createHash } from 'node:crypto';
import type { Database } from '@backstitch/database';
import { Problem } from '@backstitch/service-kit';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { COUNT_FAILURE, REMOVE_EXPIRED } from './attempts.sql.js';
import { delaySeconds, SUSPENDED_AFTER } from './login-delay.js';

const MINUTE_S = 60;
/** Failures are in a row when less than this is between two of them. */
const IN_A_ROW_MS = 90 * 86_400_000;
const SESSION_SPENT = 'Too many wrong passwords or codes in this session: log in again.';
/** By client network; see AttemptsRepository. */
const LIMITS = {
  'login-failures': { points: 30, duration: 15 * MINUTE_S },
  signup: { points: 60, duration: 60 * MINUTE_S },
  mail: { points: 10, duration: 60 * MINUTE_S },
  token: { points: 120, duration: MINUTE_S },
} as const;

export type LimitName = keyof typeof LIMITS;

/**
 * Counts what is tried, exactly, for all processes of this app. An account is named by its e-mail
 * address, whether there is one or not: an answer must not tell.
 */
export class AttemptsRepository {
  private readonly failures: RateLimiterPostgres;
  private readonly delays: RateLimiterPostgres;
  private readonly networks: Record<LimitName, RateLimiterPostgres>;

  constructor(private readonly database: Database) {
    const limiter = (keyPrefix: string, points: number, duration: number) =>
      new RateLimiterPostgres({
        storeClient: database.pool,
        storeType: 'pool',
        tableName: 'attempts',
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix,
        points,
        duration,
      });
    this.failures = limiter('failures', SUSPENDED_AFTER, 0);
    this.delays = limiter('delay', 1, 1);
    const named = Object.entries(LIMITS).map(([name, { points, duration }]) => {
      return [name, limiter(name, points, duration)] as const;
    });
    this.networks = Object.fromEntries(named) as Record<LimitName, RateLimiterPostgres>;
  }

  /** Throws 429 while the account takes no password, or the network has failed too often. */
  async requireLogin(email: string, network: string): Promise<void> {
    const [{ isSpent, waitMs }, from] = await Promise.all([
      this.stateOf(keyOf(email)),
      this.networks['login-failures'].get(keyOf(network)),
    ]);
    if (isSpent) throw new Problem('LOGIN_SUSPENDED');
    const isOver = from && from.consumedPoints >= LIMITS['login-failures'].points;
    const longerMs = Math.max(waitMs, isOver ? from.msBeforeNext : 0);
    if (longerMs > 0) throw tooMany(longerMs);
  }

  /** Whether there were now so many failures in a row that the account must be suspended. */
  async loginFailed(email: string, network: string): Promise<boolean> {
    const [failures] = await Promise.all([
      this.countFailure(keyOf(email)),
      this.networks['login-failures'].penalty(keyOf(network)),
    ]);
    return failures >= SUSPENDED_AFTER;
  }

  /** The password was right, or was reset. */
  loginAllowed(email: string): Promise<void> {
    return this.forget(keyOf(email));
  }

  /**
   * The same for a password or a code that a live session sends. Only its own failures count: what
   * others try by log-ins does not hinder a person who is logged in.
   */
  async requireProof(sid: string): Promise<void> {
    const { isSpent, waitMs } = await this.stateOf(keyOf(sid));
    if (isSpent) throw new Problem('LOGIN_SUSPENDED', SESSION_SPENT);
    if (waitMs > 0) throw tooMany(waitMs);
  }

  async proofFailed(sid: string): Promise<void> {
    await this.countFailure(keyOf(sid));
  }

  proofAllowed(sid: string): Promise<void> {
    return this.forget(keyOf(sid));
  }

  async removeExpired(nowMs: number): Promise<void> {
    await this.database.pool.query(REMOVE_EXPIRED, [nowMs]);
  }

  /** Counts one request of a client network. Throws 429 above the limit. */
  async count(name: LimitName, network: string): Promise<void> {
    try {
      await this.networks[name].consume(keyOf(network));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw tooMany(error.msBeforeNext);
      throw error;
    }
  }

  private async stateOf(key: string): Promise<{ isSpent: boolean; waitMs: number }> {
    const [failures, delay] = await Promise.all([this.failures.get(key), this.delays.get(key)]);
    return {
      isSpent: (failures?.consumedPoints ?? 0) >= SUSPENDED_AFTER,
      waitMs: delay && delay.consumedPoints > 0 ? delay.msBeforeNext : 0,
    };
  }

  private async countFailure(key: string): Promise<number> {
    const nowMs = Date.now();
    const values = [this.failures.getKey(key), nowMs, nowMs + IN_A_ROW_MS];
    const { rows } = await this.database.pool.query<{ points: number }>(COUNT_FAILURE, values);
    const { points } = rows[0]!;
    const seconds = delaySeconds(points);
    if (seconds > 0) await this.delays.block(key, seconds);
    return points;
  }

  private async forget(key: string): Promise<void> {
    await Promise.all([this.failures.delete(key), this.delays.delete(key)]);
  }
}

/** Keys have a greatest length, and are no place for an e-mail address. */
function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function tooMany(waitMs: number): Problem {
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1000)));
  const detail = `Too many attempts; try again in ${seconds} s.`;
  return new Problem('RATE_LIMITED', detail, { headers: { 'retry-after': seconds } });
}
