import { type AddressRange, budgetOf, clientAddress } from '@backstitch/service-kit';
import type { FastifyRequest } from 'fastify';

/** Where a request came from. */
export interface RequestSource {
  /** Whose requests are counted together: an IPv4 address, or a /64 of IPv6. */
  client: string;
  /** Whose failed log-ins are counted together, and what events say: a /24 of IPv4, or that /64. */
  network: string;
  requestId: string;
}

/** Finds where requests came from, behind the proxies that are trusted. */
export class ClientNetworks {
  constructor(private readonly trustedProxies: readonly AddressRange[]) {}

  of({ raw, id: requestId }: FastifyRequest): RequestSource {
    const forwardedFor = raw.headers['x-forwarded-for']?.toString();
    const origin = { peer: raw.socket.remoteAddress, forwardedFor };
    const client = budgetOf(clientAddress(origin, this.trustedProxies));
    return { client, network: networkOf(client), requestId };
  }
}

const IPV4 = /^(?:\d+\.){3}\d+$/;

/** The /24 of an IPv4 address; anything else as it is. Pure. */
function networkOf(client: string): string {
  return IPV4.test(client) ? client.replace(/\d+$/, '0/24') : client;
}
