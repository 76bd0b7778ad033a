import { CALLER_HEADER, decodeCaller } from '@backstitch/auth';
import { fileURLToPath } from 'node:url';
import { type AppProcess, type LocalIssuer, startApp, startIssuer } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { goneUpstream, sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const SAGA = '01930000-0000-7000-8000-000000000001';
const REASON = { reason: 'the bank answers again' };

let answering: (response: ServerResponse) => void;
let orchestrator: Upstream;
let issuer: LocalIssuer;
let gateway: AppProcess;

beforeAll(async () => {
  issuer = await startIssuer();
  orchestrator = await upstream((response) => answering(response));
  const urls = [orchestrator.url, orchestrator.url].join(',');
  gateway = await startApp(MAIN, {
    ORCHESTRATOR_URL: urls,
    ISSUERS: issuer.url,
    ROLES_CLAIM: 'roles',
  });
});
afterAll(async () => {
  await gateway.stop();
  await issuer.close();
  await orchestrator.close();
});
beforeEach(() => {
  orchestrator.seen.length = 0;
  answering = (response) => sendJson(response, 200, { outcome: 'done' });
});

interface Who {
  roles?: readonly string[];
  amr?: readonly string[];
  loggedInAgoS?: number;
}

async function send(method: string, path: string, who?: Who, body?: unknown, one = gateway) {
  const { roles = ['operator'], amr = ['pwd', 'otp'], loggedInAgoS = 0 } = who ?? {};
  const authTimeS = Math.floor(Date.now() / 1000) - loggedInAgoS;
  const token = await issuer.token({ claims: { roles, amr, auth_time: authTimeS } });
  const response = await fetch(`${one.url}/api/operations${path}`, {
    method,
    headers: {
      ...(who && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const read = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body: read, headers: response.headers };
}

const ACTIONS = [
  `/sagas/${SAGA}/retry`,
  `/sagas/${SAGA}/resume`,
  `/sagas/${SAGA}/compensate`,
  '/dead-letters/a.b/replay',
  '/dead-letters/a.b/discard',
  '/previews',
  '/bulk',
  `/bulk/${SAGA}/stop`,
];
/** What is set to fail on purpose. */
const SETTINGS: string[][] = [
  ['PUT', '/chaos/bank.declineRate'],
  ['DELETE', '/chaos/bank.declineRate?reason=enough'],
  ['DELETE', '/chaos'],
];
const READS = [
  '/chaos',
  '/sagas?state=parked&limit=2',
  `/sagas/${SAGA}`,
  '/dead-letters?class=poison',
  '/dead-letters/groups',
  '/sagas?q=user-123&is=parked&before=x',
  '/health',
  '/actions?operator=olga',
  `/bulk/${SAGA}`,
];
/** Those that have another address at the orchestrator. */
const RENAMED = [
  ['/metrics?window=1h', '/saga-metrics?window=1h'],
  ['/logs?level=warn', '/log-lines?level=warn'],
] as const;

describe('operations through the gateway', () => {
  it.each([...READS, '/dead-letters/a.b'])(
    'pass on GET %s with its query and caller',
    async (path) => {
      expect(await send('GET', path, {})).toMatchObject({ status: 200, body: { outcome: 'done' } });
      const [seen] = orchestrator.seen;
      expect(seen).toMatchObject({ method: 'GET', url: path });
      expect(decodeCaller(String(seen!.headers[CALLER_HEADER]))).toMatchObject({
        subject: 'user-123',
        roles: ['operator'],
        tokenId: 'jti-1',
      });
    },
  );

  it.each(RENAMED)('pass on GET %s as %s, to viewers and operators only', async (path, behind) => {
    expect(await send('GET', path, { roles: ['viewer'] })).toMatchObject({ status: 200 });
    expect(orchestrator.seen).toMatchObject([{ method: 'GET', url: behind }]);
    expect(await send('GET', path, { roles: ['customer'] })).toMatchObject({ status: 403 });
    expect(await send('GET', path)).toMatchObject({ status: 401 });
  });

  it.each(ACTIONS)('pass on POST %s with its body', async (path) => {
    expect(await send('POST', path, {}, REASON)).toMatchObject({ status: 200 });
    expect(orchestrator.seen).toMatchObject([{ method: 'POST', url: path }]);
    expect(JSON.parse(orchestrator.seen[0]!.body)).toEqual(REASON);
  });

  it.each(ACTIONS)('refuse POST %s without a one-time password of today', async (path) => {
    for (const who of [{ amr: ['pwd'] }, { loggedInAgoS: 16 * 60 }]) {
      const refused = { status: 403, body: { code: 'STEP_UP_REQUIRED' } };
      expect(await send('POST', path, who, REASON)).toMatchObject(refused);
    }
    expect(orchestrator.seen).toEqual([]);
  });

  it.each(SETTINGS)(
    'pass on %s %s, for an operator with a one-time password',
    async (method, path) => {
      const body = method === 'PUT' ? { value: 0.5, seconds: 60, ...REASON } : undefined;
      const refused = { status: 403, body: { code: 'STEP_UP_REQUIRED' } };
      expect(await send(method, path, { amr: ['pwd'] }, body)).toMatchObject(refused);
      expect(orchestrator.seen).toEqual([]);
      expect(await send(method, path, {}, body)).toMatchObject({ status: 200 });
      expect(orchestrator.seen).toMatchObject([{ method, url: path }]);
      if (body) expect(JSON.parse(orchestrator.seen[0]!.body)).toEqual(body);
    },
  );

  it.each([
    ...ACTIONS.map((path) => ['POST', path]),
    ...SETTINGS,
    ...READS.map((path) => ['GET', path]),
  ])('refuse %s %s to everybody but operators', async (method, path) => {
    const body = method === 'POST' || method === 'PUT' ? REASON : undefined;
    const roles = method === 'GET' ? ['admin'] : ['viewer', 'admin'];
    for (const role of ['customer', 'seller', ...roles]) {
      const denied = { status: 403, body: { code: 'ACCESS_DENIED' } };
      expect(await send(method, path, { roles: [role] }, body)).toMatchObject(denied);
    }
    const unknown = await send(method, path, undefined, body);
    expect(unknown).toMatchObject({ status: 401, body: { code: 'TOKEN_REQUIRED' } });
    expect(orchestrator.seen).toEqual([]);
  });

  it('are read by a viewer', async () => {
    for (const path of READS) {
      expect((await send('GET', path, { roles: ['viewer'] })).status).toBe(200);
    }
  });

  it('have links that lead to the gateway', async () => {
    answering = (response) =>
      sendJson(response, 200, {}, { link: '</dead-letters?after=x>; rel="next"' });
    const { headers } = await send('GET', '/dead-letters', {});
    expect(headers.get('link')).toBe('</api/operations/dead-letters?after=x>; rel="next"');
  });

  it('send an action once when it may have been done, and say so', async () => {
    answering = (response) => response.destroy();
    const answer = await send('POST', `/sagas/${SAGA}/retry`, {}, REASON);
    expect(answer).toMatchObject({ status: 503, body: { code: 'OUTCOME_UNKNOWN' } });
    expect(orchestrator.seen).toHaveLength(1);
  });

  it('say that nothing was done when no orchestrator was reached', async () => {
    const ORCHESTRATOR_URL = await goneUpstream();
    const lonely = await startApp(MAIN, {
      ORCHESTRATOR_URL,
      ISSUERS: issuer.url,
      ROLES_CLAIM: 'roles',
    });
    try {
      const answer = await send('POST', `/sagas/${SAGA}/retry`, {}, REASON, lonely);
      expect(answer).toMatchObject({ status: 503, body: { code: 'NOT_ACCEPTED' } });
      expect((await send('GET', '/sagas', {}, undefined, lonely)).body.code).toBe('UNAVAILABLE');
    } finally {
      await lonely.stop();
    }
  });
});
