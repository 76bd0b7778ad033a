import {
  type AddressRange,
  budgetOf,
  clientAddress,
  isScrape,
  Problem,
  type Shedding,
} from '@backstitch/service-kit';
import type { FastifyRequest } from 'fastify';
import { Budgets } from './budgets.js';

const MINUTE_MS = 60_000;
/** About 20 MB. */
const BUDGETS_MAX = 100_000;

export interface RateLimitOptions {
  perMinute: number;
  trustedProxies: readonly AddressRange[];
  shedding: Shedding;
}

/**
 * One budget for each client, for all requests and answers. Requests above it get 429. Probes of
 * the health are never refused.
 */
export class RateLimit {
  private readonly options: RateLimitOptions;
  private readonly budgets: Budgets;

  constructor(options: RateLimitOptions) {
    this.options = options;
    const { perMinute: limit } = options;
    this.budgets = new Budgets({ limit, windowMs: MINUTE_MS, budgetsMax: BUDGETS_MAX });
  }

  /**
   * Counts one request of its client. Returns the refusal, or undefined while the budget is not
   * used up.
   */
  refusalOf(request: FastifyRequest): Problem | undefined {
    if (isScrape(request.routeOptions.url)) return undefined;
    const { perMinute, trustedProxies, shedding } = this.options;
    const { socket, headers } = request.raw;
    const forwardedFor = headers['x-forwarded-for']?.toString();
    const origin = { peer: socket.remoteAddress, forwardedFor };
    const address = budgetOf(clientAddress(origin, trustedProxies));
    const emptyMs = this.budgets.spend(address, performance.now());
    if (emptyMs === 0) return undefined;
    shedding.refused('rate limit', { address });
    const detail = `At most ${perMinute} requests a minute are served to one address.`;
    const retryAfter = String(Math.ceil(emptyMs / 1000));
    return new Problem('RATE_LIMITED', detail, {
      headers: { 'retry-after': retryAfter },
      quiet: true,
    });
  }
}
