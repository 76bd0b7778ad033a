import { Revocations, TokenVerifier } from '@backstitch/auth';
import { type Logger, PeriodicJob } from '@backstitch/service-kit';
import { RefusedCalls } from '../access/refused-calls.js';
import type { GatewayConfig } from '../config.js';
import type { SharedBudgets } from '../rate-limit/shared-budgets.js';
import { EdgeSync } from './edge-sync.client.js';
import { IdentityRequests } from './identity-requests.client.js';
import { IntrospectionClient } from './introspection.client.js';

export interface TokenChecks {
  verifier: TokenVerifier;
  /** Undefined without an identity-service. */
  introspection: IntrospectionClient | undefined;
  refusedCalls: RefusedCalls;
  /** What keeps the keys, the revocations and the shared counters up to date. */
  jobs(shared: SharedBudgets | undefined): readonly PeriodicJob[];
  close(): Promise<void>;
}

/** A withdrawn key of another issuer is known after this time; see Revocations for our own. */
const KEYS_EVERY_MS = 5 * 60_000;

/** The verification of access tokens as the configuration has it. */
export function tokenChecks(config: GatewayConfig, logger: Logger): TokenChecks {
  const { issuers } = config;
  const revocations = new Revocations();
  const verifier = new TokenVerifier({
    issuers,
    audience: config.AUDIENCE,
    ...(config.JWKS_CACHE !== undefined && { keysFile: config.JWKS_CACHE }),
    revocations,
    onFailure: (what, err) => logger.warn({ what, err }, 'public keys could not be read or kept'),
  });
  const refusedCalls = new RefusedCalls();
  const requests = identityRequests(config);
  const issuer = issuers.find(({ isOwn }) => isOwn)?.issuer;
  const timeoutMs = config.SERVICE_TIMEOUT_MS;
  return {
    verifier,
    refusedCalls,
    introspection:
      requests && issuer !== undefined
        ? new IntrospectionClient({ requests, issuer, timeoutMs, logger })
        : undefined,
    jobs: (shared) => [
      ...(issuers.length > 0 ? [keysJob(verifier, logger)] : []),
      ...(requests
        ? [new EdgeSync({ requests, verifier, revocations, logger, shared, refusedCalls }).job]
        : []),
    ],
    close: async () => requests?.close(),
  };
}

function identityRequests(config: GatewayConfig): IdentityRequests | undefined {
  const { identityUrl: url, ORCHESTRATOR_CONNECT_TIMEOUT_MS: connectTimeoutMs } = config;
  if (url === undefined) return undefined;
  return new IdentityRequests({ url, keys: config.internalKeys, connectTimeoutMs });
}

function keysJob(verifier: TokenVerifier, logger: Logger): PeriodicJob {
  const run = () => verifier.refreshKeys();
  const [name, intervalMs] = ['public-keys', KEYS_EVERY_MS];
  return new PeriodicJob({ name, logger, run, intervalMs, firstDelayMs: 0 });
}
