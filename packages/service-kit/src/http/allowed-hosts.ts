import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { addressOf, hostNameOf, isLoopback, type HostName } from './host-name.js';
import { Problem } from './problem.js';

/** In ALLOWED_HOSTS: whatever a request names. */
export const ANY_HOST = '*';

export interface HostRules {
  /** Every host is served. */
  any: boolean;
  /** Served besides the loopback names and the address at which a request arrived. */
  allowed: readonly HostName[];
}

const WILDCARDS = new Set(['0.0.0.0', '::']);

/** The rules that a list of hosts and the addresses to listen on make. Pure. */
export function hostRules(hosts: readonly string[], listening: readonly string[]): HostRules {
  const own = listening.filter((host) => !WILDCARDS.has(host));
  const names = [...hosts, ...own.map(bracketed)].flatMap((host) => hostNameOf(host) ?? []);
  return { any: hosts.includes(ANY_HOST), allowed: names };
}

function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/**
 * Refuses a request that is meant for another host. A web page can let its own name point to this
 * address (DNS rebinding) and then reads what is answered: what it cannot do is to name another
 * host.
 */
export class AllowedHosts {
  constructor(private readonly rules: HostRules) {}

  refusalOf({ raw }: FastifyRequest): Problem | undefined {
    if (this.rules.any) return undefined;
    const { localAddress, localPort } = raw.socket;
    const target = ABSOLUTE_FORM.exec(raw.url ?? '')?.[1];
    const named = [raw.headers.host ?? '', ...(target === undefined ? [] : [target])];
    const isMeant = named.every((host) => this.isServed(host, localAddress, localPort));
    return isMeant ? undefined : new Problem('MISDIRECTED_REQUEST');
  }

  private isServed(text: string, localAddress = '', localPort = 0): boolean {
    const host = hostNameOf(text);
    if (!host) return false;
    if (isLoopback(host.name)) return true;
    // An address, unlike a name, cannot be made to point here: probes of a container come by it.
    if (isIP(host.name) && host.name === addressOf(localAddress)) return true;
    const port = host.port ?? localPort;
    return this.rules.allowed.some(
      (one) => one.name === host.name && (one.port === undefined || one.port === port),
    );
  }
}
