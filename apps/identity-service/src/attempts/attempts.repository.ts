import { createHash } from 'node:crypto';
import type { Database } from '@backstitch/database';
import { Problem } from '@backstitch/service-kit';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { delaySeconds, SUSPENDED_AFTER } from './login-delay.js';

const MINUTE_S = 60;
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

  constructor(database: Database) {
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
    const key = keyOf(email);
    const [failures, delay, from] = await Promise.all([
      this.failures.get(key),
      this.delays.get(key),
      this.networks['login-failures'].get(keyOf(network)),
    ]);
    if ((failures?.consumedPoints ?? 0) >= SUSPENDED_AFTER) throw new Problem('LOGIN_SUSPENDED');
    const limit = LIMITS['login-failures'].points;
    const waitMs = Math.max(
      delay && delay.consumedPoints > 0 ? delay.msBeforeNext : 0,
      from && from.consumedPoints >= limit ? from.msBeforeNext : 0,
    );
    if (waitMs > 0) throw tooMany(waitMs);
  }

  async loginFailed(email: string, network: string): Promise<void> {
    const key = keyOf(email);
    const [{ consumedPoints }] = await Promise.all([
      this.failures.penalty(key),
      this.networks['login-failures'].penalty(keyOf(network)),
    ]);
    const seconds = delaySeconds(consumedPoints);
    if (seconds > 0) await this.delays.block(key, seconds);
  }

  /** The password was right, or was reset. */
  async loginAllowed(email: string): Promise<void> {
    await Promise.all([this.failures.delete(keyOf(email)), this.delays.delete(keyOf(email))]);
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
