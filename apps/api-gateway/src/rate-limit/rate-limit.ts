import type { TokenVerifier, Verification } from '@backstitch/auth';
import {
  type AddressRange,
  budgetOf,
  clientAddress,
  isScrape,
  Problem,
  type Shedding,
} from '@backstitch/service-kit';
import type { FastifyRequest } from 'fastify';
import { readBearer } from '../access/bearer.js';
import { Budgets } from './budgets.js';
import { type LimitKind, limitKindOf, type Limits } from './limits.js';
import { SharedBudgets, sharedKey } from './shared-budgets.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of its token, when it was verified before. */
    verification: Verification | undefined;
  }
}

export interface RateLimitOptions {
  limits: Limits;
  trustedProxies: readonly AddressRange[];
  verifier: TokenVerifier;
  shedding: Shedding;
}

/** A request with a token that is not verified yet. It was counted as one without a token. */
interface Held {
  address: string;
  /** The time until the budget of its address is full again; 0: it is not used up. */
  emptyMs: number;
}

const MINUTE_MS = 60_000;
/** The files of the pages. Browsers ask for them without a token, also for a user. */
const FILES = '/assets/*';
/** About 20 MB. */
const BUDGETS_MAX = 100_000;

const SERVED_TO: Readonly<Record<LimitKind, string>> = {
  address: 'to one address',
  guest: 'to one address without an access token of a user',
  user: 'to one user',
  machine: 'to one client',
};

/**
 * Counts each request twice: for its address, and for its caller. The caller is the user or the
 * machine of a valid token, and again the address for any other request. Files of the pages count
 * for the address only. Requests above a limit get 429. Probes of the health are never refused.
 */
export class RateLimit {
  readonly shared: SharedBudgets;
  private readonly budgets: Partial<Record<LimitKind, Budgets>> = {};
  private readonly held = new WeakMap<FastifyRequest, Held>();
  private readonly countsCallers: boolean;

  constructor(private readonly options: RateLimitOptions) {
    for (const [kind, limit] of Object.entries(options.limits)) {
      if (limit > 0) this.budgets[kind as LimitKind] = budgetsOf(kind, limit);
    }
    this.shared = new SharedBudgets(Object.values(this.budgets));
    const { guest, user, machine } = this.budgets;
    this.countsCallers = (guest ?? user ?? machine) !== undefined;
  }

  /**
   * Counts a request before anything else is done with it. Returns the refusal, or undefined while
   * no budget is used up. A token that was not verified before gets its turn: see refusalAfter.
   */
  refusalOf(request: FastifyRequest): Problem | undefined {
    const { url } = request.routeOptions;
    if (isScrape(url)) return undefined;
    const address = this.addressOf(request);
    const refusal = this.spend('address', address);
    if (refusal || !this.countsCallers || url === FILES) return refusal;
    const token = tokenOf(request);
    if (token === undefined) return this.spend('guest', address);
    const known = this.options.verifier.verifiedBefore(token);
    if (known) {
      request.verification = known;
      return this.spendOf(known, address);
    }
    const emptyMs = this.emptyMsOf('guest', address);
    if (emptyMs > 0 && !hasRoute(request)) return this.refusal('guest', address, emptyMs);
    this.held.set(request, { address, emptyMs });
    return undefined;
  }

  /**
   * The refusal of a request that refusalOf let pass because its token was not verified yet. Without
   * `verification`, the token is not verified at all: everybody may use the route.
   */
  refusalAfter(request: FastifyRequest, verification?: Verification): Problem | undefined {
    const held = this.held.get(request);
    if (!held) return undefined;
    this.held.delete(request);
    const { address, emptyMs } = held;
    if (verification && limitKindOf(verification) !== 'guest') {
      if (emptyMs === 0) this.budgets.guest?.refund(address);
      return this.spendOf(verification, address);
    }
    return emptyMs > 0 ? this.refusal('guest', address, emptyMs) : undefined;
  }

  private addressOf({ raw: { socket, headers } }: FastifyRequest): string {
    const forwardedFor = headers['x-forwarded-for']?.toString();
    const origin = { peer: socket.remoteAddress, forwardedFor };
    return budgetOf(clientAddress(origin, this.options.trustedProxies));
  }

  private spendOf(verification: Verification, address: string): Problem | undefined {
    const kind = limitKindOf(verification);
    const client = verification.kind === 'caller' ? verification.caller.id : address;
    return this.spend(kind, kind === 'guest' ? address : client);
  }

  private spend(kind: LimitKind, client: string): Problem | undefined {
    const emptyMs = this.emptyMsOf(kind, client);
    return emptyMs > 0 ? this.refusal(kind, client, emptyMs) : undefined;
  }

  private emptyMsOf(kind: LimitKind, client: string): number {
    return this.budgets[kind]?.spend(client, performance.now()) ?? 0;
  }

  private refusal(kind: LimitKind, client: string, emptyMs: number): Problem {
    const { shedding, limits } = this.options;
    const isCaller = kind === 'user' || kind === 'machine';
    shedding.refused('rate limit', isCaller ? { caller: client } : { address: client });
    const detail = `At most ${limits[kind]} requests a minute are served ${SERVED_TO[kind]}.`;
    const retryAfter = String(Math.ceil(emptyMs / 1000));
    const headers = { 'retry-after': retryAfter };
    return new Problem('RATE_LIMITED', detail, { headers, quiet: true });
  }
}

function budgetsOf(kind: string, limit: number): Budgets {
  const sharedKeyOf = (client: string) => sharedKey(kind, client);
  return new Budgets({ limit, windowMs: MINUTE_MS, budgetsMax: BUDGETS_MAX, sharedKeyOf });
}

/** Undefined for a request that has none, or anything else in its Authorization header. */
function tokenOf({ raw }: FastifyRequest): string | undefined {
  if (raw.headers.authorization === undefined) return undefined;
  const bearer = readBearer(raw.headersDistinct.authorization);
  return bearer.kind === 'token' ? bearer.token : undefined;
}

/** Of any other request, no token is verified. */
function hasRoute({ is404, routeOptions }: FastifyRequest): boolean {
  return !is404 && routeOptions.url !== undefined;
}
