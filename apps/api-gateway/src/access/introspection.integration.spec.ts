import {
  DEVELOPMENT_INTERNAL_KEYS,
  INTROSPECT_PATH,
  internalKeys,
  ownIssuer,
  foreignIssuers,
  Revocations,
  SIGNATURE_HEADER,
  signatureRefusal,
  TokenVerifier,
} from '@backstitch/auth';
import { createLogger } from '@backstitch/service-kit';
import { type LocalIssuer, startIssuer } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fastifyServer, { type FastifyInstance } from 'fastify';
import { IdentityRequests } from '../identity/identity-requests.client.js';
import { IntrospectionClient } from '../identity/introspection.client.js';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';
import { registerAccess } from './access.hook.js';
import { RefusedCalls } from './refused-calls.js';

const ROUTES = [
  ['GET', '/api/operations/sagas'],
  ['POST', '/api/operations/dead-letters/:id/discard'],
  ['GET', '/api/admin/users'],
] as const;
const [READ, ACT, ADMIN] = ROUTES.map(([, path]) => path.replace(':id', '7'));
const logger = createLogger({ app: 'test', level: 'silent' });
const keys = internalKeys(DEVELOPMENT_INTERNAL_KEYS);

let own: LocalIssuer;
let foreign: LocalIssuer;
let identity: Upstream;
let requests: IdentityRequests;
let gateway: FastifyInstance;
/** What identity-service answers; undefined: it breaks the connection. */
let answer: { status: number; body: object } | undefined;

beforeAll(async () => {
  [own, foreign] = await Promise.all([startIssuer(), startIssuer()]);
  identity = await upstream((response) => {
    if (answer) sendJson(response, answer.status, answer.body);
    else response.destroy();
  });
  requests = new IdentityRequests({ url: `${identity.url}/`, keys, connectTimeoutMs: 1_000 });
  const verifier = new TokenVerifier({
    issuers: [ownIssuer(own.url, own.url), ...foreignIssuers(foreign.url, 'roles')],
    audience: 'backstitch',
    revocations: new Revocations(),
    onFailure: () => undefined,
  });
  const terms = { requests, issuer: own.url, timeoutMs: 5_000, logger };
  const introspection = new IntrospectionClient(terms);
  gateway = fastifyServer();
  registerAccess(gateway, {
    verifier,
    introspection,
    rateLimit: undefined,
    refusedCalls: new RefusedCalls(),
    guests: 'open',
    logger,
  });
  for (const [method, url] of [...ROUTES, ['GET', '/api/sagas/:sagaId'] as const]) {
    gateway.route({ method, url, handler: ({ caller }) => ({ roles: caller?.roles }) });
  }
  await gateway.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await gateway.close();
  await requests.close();
  await Promise.all([identity.close(), own.close(), foreign.close()]);
});
beforeEach(() => {
  identity.seen.length = 0;
  answer = { status: 200, body: { active: true, roles: ['operator', 'admin'] } };
});

const steppedUp = () => ({ amr: ['pwd', 'otp'], auth_time: Math.floor(Date.now() / 1000) });
const tokenOf = (roles: string[], issuer = own) =>
  issuer.token({ claims: { roles, ...steppedUp() } });

async function ask(url: string, token: string, method: 'GET' | 'POST' = 'GET') {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${gateway.listeningOrigin}${url}`, { method, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('a route of operators or admins', () => {
  it('asks identity-service about a token each time, by a signed request', async () => {
    const token = await tokenOf(['operator', 'admin']);
    for (const url of [READ!, READ!, ADMIN!]) expect((await ask(url, token)).status).toBe(200);
    expect((await ask(ACT!, token, 'POST')).status).toBe(200);
    expect(identity.seen).toHaveLength(4);
    for (const { method, url: path, body, headers } of identity.seen) {
      expect([method, path, JSON.parse(body)]).toEqual(['POST', INTROSPECT_PATH, { token }]);
      const signature = headers[SIGNATURE_HEADER]?.toString();
      const signed = { method, path, body, caller: undefined };
      expect(signatureRefusal(keys, signed, signature, Date.now() / 1000)).toBeUndefined();
    }
  });

  it('is 401 for a token that is not active any more', async () => {
    answer = { status: 200, body: { active: false } };
    const { status, body } = await ask(READ!, await tokenOf(['operator']));
    expect([status, body.code]).toEqual([401, 'TOKEN_INVALID']);
  });

  it('is decided by the roles that the token has and the user still has', async () => {
    answer = { status: 200, body: { active: true, roles: ['customer'] } };
    const { status, body } = await ask(READ!, await tokenOf(['operator']));
    expect([status, body.code]).toEqual([403, 'ACCESS_DENIED']);
    answer = { status: 200, body: { active: true, roles: ['viewer', 'admin'] } };
    const token = await tokenOf(['operator', 'viewer']);
    expect((await ask(READ!, token)).body).toEqual({ roles: ['viewer'] });
  });

  it.each([
    ['does not answer', undefined],
    ['answers with an error', { status: 500, body: { active: true } }],
    ['refuses the request', { status: 401, body: { active: true } }],
    ['answers with something else', { status: 200, body: {} }],
  ])('is 503 while identity-service %s, for a machine, too', async (_what, given) => {
    answer = given;
    const claims = { sub: 'till', client_id: 'till', scope: 'operations:read' };
    for (const token of [await tokenOf(['operator']), await own.token({ claims })]) {
      const { status, body } = await ask(READ!, token);
      expect([status, body.code]).toEqual([503, 'UNAVAILABLE']);
    }
    expect((await ask(ADMIN!, await tokenOf(['admin']))).status).toBe(503);
  });

  it('asks nobody about a token that is refused anyway', async () => {
    expect((await ask(READ!, await tokenOf(['customer']))).status).toBe(403);
    const withoutStepUp = await own.token({ claims: { roles: ['operator'] } });
    expect((await ask(ACT!, withoutStepUp, 'POST')).status).toBe(403);
    expect((await ask(READ!, 'a.b.c')).status).toBe(401);
    expect(identity.seen).toEqual([]);
  });

  it('decides about a token of another issuer by its claims', async () => {
    answer = undefined;
    expect((await ask(READ!, await tokenOf(['operator'], foreign))).status).toBe(200);
    expect(identity.seen).toEqual([]);
  });
});

describe('any other route', () => {
  it('does not ask identity-service', async () => {
    answer = undefined;
    const token = await tokenOf(['operator']);
    expect((await ask('/api/sagas/7', token)).status).toBe(200);
    expect(identity.seen).toEqual([]);
  });
});
