import { type AddressRange, budgetOf, clientAddress } from '@backstitch/service-kit';
import type { FastifyRequest } from 'fastify';

/** Whose attempts a request is counted with: an IPv4 address, or a /64 of IPv6. */
export class ClientNetworks {
  constructor(private readonly trustedProxies: readonly AddressRange[]) {}

  of({ raw }: FastifyRequest): string {
    const forwardedFor = raw.headers['x-forwarded-for']?.toString();
    const origin = { peer: raw.socket.remoteAddress, forwardedFor };
    return budgetOf(clientAddress(origin, this.trustedProxies));
  }
}
