import findMyWay from 'find-my-way';
import type { HTTPMethod } from 'find-my-way';

/** What the router of Fastify answers to a request that has this address and another method. */
export interface RoutesAt {
  /** In alphabetical order, each once; none when there is nothing at the address. */
  methods: string[];
  /** As the route is declared; undefined when there is nothing at the address. */
  route: string | undefined;
}

/**
 * Which methods each address takes. It asks a router of Fastify's kind, so an address is read here
 * as it is read there: encoded, in absolute form, with a query.
 */
export class RouteTable {
  private readonly router = findMyWay();
  private readonly known = new Set<HTTPMethod>();
  private readonly added = new Set<string>();

  add(methods: string | readonly string[], url: string): void {
    // Taken by no client: @fastify/cors answers preflights there, for any address.
    if (url === '*') return;
    for (const method of typeof methods === 'string' ? [methods] : methods) {
      const known = method as HTTPMethod;
      this.known.add(known);
      this.added.add(`${method} ${url}`);
      if (this.router.hasRoute(known, url)) continue;
      this.router.on(known, url, () => undefined, url);
    }
  }

  /** Every method and route as it is declared, such as "GET /orders/:orderId". */
  get list(): string[] {
    return [...this.added].sort();
  }

  /** Of the server: those that any address takes, and OPTIONS, which asks for them. */
  get methods(): string[] {
    return [...new Set([...this.known, 'OPTIONS'])].sort();
  }

  at(url: string): RoutesAt {
    const methods: string[] = [];
    let route: string | undefined;
    for (const method of this.known) {
      const found = this.router.find(method, url) as { store: string } | null;
      if (!found) continue;
      methods.push(method);
      route ??= found.store;
    }
    return { methods: methods.sort(), route };
  }
}
