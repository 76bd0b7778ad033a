import { Problem, retryAfterSeconds } from '@backstitch/service-kit';
import type { ForwardedRequest } from '../orchestrators/exchange.js';
import type { Forwarded } from '../orchestrators/orchestrators.client.js';
import { ServiceClient } from '../services/service.client.js';

/** They have a bound of their own: log-ins must not take the place of other queries. */
const IN_FLIGHT_MAX = 256;

/** The identity-service: accounts, sessions and tokens. */
export class IdentityClient extends ServiceClient {
  private inFlight = 0;

  override async forward(request: ForwardedRequest): Promise<Forwarded> {
    if (this.inFlight >= IN_FLIGHT_MAX) {
      const detail = 'Too many requests about accounts are in flight. Send it again.';
      const headers = { 'retry-after': retryAfterSeconds() };
      throw new Problem('UNAVAILABLE', detail, { quiet: true, headers });
    }
    this.inFlight += 1;
    try {
      return await super.forward(request);
    } finally {
      this.inFlight -= 1;
    }
  }
}
