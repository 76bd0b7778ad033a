import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';
import { addressOf, type AddressRange, isInRanges } from '../config/address-ranges.js';

/** A client of IPv6 has a network of its own of this length, and all addresses in it. */
const IPV6_CLIENT_BITS = 64;

/** What of a request tells where it comes from. */
export interface Origin {
  /** Of the connection. */
  peer: string | undefined;
  /** X-Forwarded-For, its lines joined by commas: client, proxy, proxy … */
  forwardedFor: string | undefined;
}

/**
 * The client of a request: the peer; and if that is a trusted proxy, the last hop of
 * X-Forwarded-For that is none. What stands before that hop any client may have written. A hop that
 * is no address is passed over with all before it: the proxy that named it is all that is known.
 * Pure.
 */
export function clientAddress(
  { peer, forwardedFor }: Origin,
  trusted: readonly AddressRange[],
): string {
  let client = addressOf(peer ?? '');
  if (!client) return 'unknown';
  const hops = trusted.length > 0 && forwardedFor ? forwardedFor.split(',') : [];
  while (hops.length > 0 && isInRanges(client, trusted)) {
    const hop = addressOf(withoutPort(hops.pop()!.trim()));
    if (!hop) break;
    client = hop;
  }
  return client.toString();
}

/**
 * Whose budget a client's requests are on: an IPv4 address; of IPv6 the network, as a client that
 * has one address of it has them all. Pure.
 */
export function budgetOf(client: string): string {
  if (isIP(client) !== 6) return client;
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${client}/${IPV6_CLIENT_BITS}`);
  return `${network.toString()}/${IPV6_CLIENT_BITS}`;
}

/** Some proxies write the port, too: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(hop);
  if (bracketed) return bracketed[1]!;
  const [address, port, ...more] = hop.split(':');
  return port !== undefined && more.length === 0 ? address! : hop;
}
