import { SessionPool } from '@backstitch/database';
import type { EngineLogger } from '../runtime/ports.js';

const LOCK_TIMEOUT_MS = 300;

interface PoolOptions {
  readonly url: string;
  readonly logger: EngineLogger;
  readonly lockTimeoutMs?: number;
}

/**
 * No statement's best plan depends on what it is asked for; yet PostgreSQL, left to itself, plans a
 * save of one row anew each time, which costs more than running it: hence `keyLookups`.
 */
export function openSagaPool(
  { url, logger, lockTimeoutMs = LOCK_TIMEOUT_MS }: PoolOptions,
  name: string,
  max: number,
  queryTimeoutMs: number,
): SessionPool {
  const pool = new SessionPool({
    url,
    name,
    logger,
    max,
    idleTimeoutMs: 0,
    connectTimeoutMs: Math.min(queryTimeoutMs, 5_000),
    queryTimeoutMs,
    lockTimeoutMs,
    keyLookups: true,
  });
  pool.on('error', (err) => logger.debug({ err, name }, 'idle connection lost'));
  return pool;
}
