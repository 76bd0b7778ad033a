import { clientAddress, Problem } from '@backstitch/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayConfig } from '../config.js';
import type { ForwardedRequest, UpstreamAnswer } from '../orchestrators/exchange.js';
import { IdentityClient } from './identity.client.js';

/** Of the client: its token, and the page that sends its refresh cookie. */
const SENT_HEADERS = ['authorization', 'origin'] as const;
/** No other cookie of the client is sent on. */
const REFRESH_COOKIE = '__Host-refresh=';
/** Of identity-service, besides the status and the body. */
const RELAYED_HEADERS = [
  'content-type',
  'cache-control',
  'retry-after',
  'set-cookie',
  'www-authenticate',
] as const;
const RETRY_AFTER = { 'retry-after': '1' };

/**
 * Forwards a request to the same address of identity-service, which validates its body, and relays
 * the answer. identity-service limits log-ins by the address of the client, which it gets as
 * X-Forwarded-For.
 */
@Injectable()
export class AccountsRelay {
  constructor(
    @Inject(IdentityClient) private readonly identity: IdentityClient,
    @Inject(GatewayConfig) private readonly config: GatewayConfig,
  ) {}

  /** Throws 503 when identity-service does not answer. */
  async forward(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const forwarded = await this.identity.forward(this.requestTo(request));
    if (forwarded.kind === 'answered') return relay(forwarded.answer, reply);
    const detail =
      forwarded.kind === 'unknown'
        ? 'Accounts cannot be used now. The request may have been served.'
        : 'Accounts cannot be used now. Send the request again.';
    throw new Problem('UNAVAILABLE', detail, { headers: RETRY_AFTER, cause: forwarded.why });
  }

  private requestTo(request: FastifyRequest): ForwardedRequest {
    const { body, caller, method, raw } = request;
    const headers: Record<string, string> = { 'x-request-id': request.id };
    for (const name of SENT_HEADERS) {
      const value = raw.headers[name];
      if (value !== undefined) headers[name] = value;
    }
    const cookie = refreshCookieIn(raw.headers.cookie);
    if (cookie !== undefined) headers.cookie = cookie;
    const forwardedFor = raw.headers['x-forwarded-for']?.toString();
    const origin = { peer: raw.socket.remoteAddress, forwardedFor };
    const address = clientAddress(origin, this.config.trustedProxies);
    if (address !== 'unknown') headers['x-forwarded-for'] = address;
    if (body !== undefined) headers['content-type'] = 'application/json';
    return {
      method: method as ForwardedRequest['method'],
      path: pathOf(request),
      headers,
      ...(caller && { caller }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
  }
}

function refreshCookieIn(header: string | undefined): string | undefined {
  const cookies = header?.split(';').map((cookie) => cookie.trim());
  return cookies?.find((cookie) => cookie.startsWith(REFRESH_COOKIE));
}

/** The route that was decided on, and not what the client wrote: `/%61pi/me` is `/api/me`. */
function pathOf({ params, routeOptions, raw }: FastifyRequest): string {
  const values = params as Record<string, string>;
  const path = routeOptions.url!.replace(/:(\w+)/g, (_part, name: string) =>
    encodeURIComponent(values[name]!),
  );
  const query = raw.url!.indexOf('?');
  return query < 0 ? path : path + raw.url!.slice(query);
}

function relay({ status, headers, body }: UpstreamAnswer, reply: FastifyReply): void {
  void reply.status(status);
  for (const name of RELAYED_HEADERS) {
    const value = headers[name];
    if (value !== undefined) void reply.header(name, value);
  }
  void reply.send(status === 204 ? undefined : body);
}
