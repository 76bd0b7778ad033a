import { Revocations, TokenVerifier } from '@backstitch/auth';
import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import type { GatewayConfig } from '../config.js';
import { EdgeSync } from './edge-sync.client.js';

export interface TokenChecks {
  verifier: TokenVerifier;
  /** What keeps the keys and the revocations up to date; to be started and stopped. */
  jobs: readonly PeriodicJob[];
}

/** A withdrawn key of another issuer is known after this time; see Revocations for our own. */
const KEYS_EVERY_MS = 5 * 60_000;

/** The verification of access tokens as the configuration has it. */
export function tokenChecks(config: GatewayConfig, logger: Logger): TokenChecks {
  const { issuers, internalKeys: keys } = config;
  const revocations = new Revocations();
  const verifier = new TokenVerifier({
    issuers,
    audience: config.AUDIENCE,
    ...(config.JWKS_CACHE !== undefined && { keysFile: config.JWKS_CACHE }),
    revocations,
    onFailure: (what, err) => logger.warn({ what, err }, 'public keys could not be read or kept'),
  });
  const jobs: PeriodicJob[] = [];
  if (issuers.length > 0) {
    const run = () => verifier.refreshKeys();
    const name = 'public-keys';
    const intervalMs = KEYS_EVERY_MS;
    jobs.push(new PeriodicJob({ name, logger, run, intervalMs, firstDelayMs: 0 }));
  }
  const { identityUrl: url } = config;
  if (url !== undefined) {
    jobs.push(new EdgeSync({ url, keys, verifier, revocations, logger }).job);
  }
  return { verifier, jobs };
}
