import { fileURLToPath } from 'node:url';
import {
  DEVELOPMENT_INTERNAL_KEYS,
  EDGE_SYNC_PATH,
  internalKeys,
  SIGNATURE_HEADER,
  signatureRefusal,
} from '@backstitch/auth';
import {
  type AppProcess,
  type LocalIssuer,
  startApp,
  startIssuer,
  waitFor,
} from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const SAGA = '01930000-0000-7000-8000-000000000001';

let issuer: LocalIssuer;
let identity: Upstream;
let orchestrator: Upstream;
let gateway: AppProcess;
let revokedSids: string[] = [];
let nowMs = 1_000;

beforeAll(async () => {
  issuer = await startIssuer();
  orchestrator = await upstream((response) => sendJson(response, 200, { success: true, log: [] }));
  identity = await upstream((response, { url }) => {
    if (url !== EDGE_SYNC_PATH) return sendJson(response, 200, { keys: issuer.keys });
    nowMs += 1;
    const kids = issuer.keys.map(({ kid }) => kid);
    return sendJson(response, 200, { nowMs, revokedSids, kids });
  });
  gateway = await startApp(MAIN, {
    ORCHESTRATOR_URL: orchestrator.url,
    IDENTITY_URL: identity.url,
    ISSUER: issuer.url,
  });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([identity.close(), orchestrator.close(), issuer.close()]);
});

const statusWith = async (token: string): Promise<number> => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${gateway.url}/api/checkout/orders/${SAGA}`, { headers })).status;
};

describe('what identity-service has revoked', () => {
  it('ends the tokens of a session at the gateway, and of no other session', async () => {
    const [token, other] = await Promise.all(
      ['s1', 's2'].map((sid) => issuer.token({ claims: { sid } })),
    );
    expect([await statusWith(token!), await statusWith(other!)]).toEqual([200, 200]);
    revokedSids = ['s1'];
    await waitFor('the end of the session', async () => (await statusWith(token!)) === 401);
    expect(await statusWith(other!)).toBe(200);
  });

  it('ends the tokens of a key, and a new key is known', async () => {
    const old = await issuer.token();
    expect(await statusWith(old)).toBe(200);
    await issuer.rotate();
    issuer.keys.shift();
    await waitFor('the end of the key', async () => (await statusWith(old)) === 401);
    expect(await statusWith(await issuer.token())).toBe(200);
  });

  it('is asked for with a signature, from the time of the last answer on', async () => {
    const asked = identity.seen.filter(({ url }) => url === EDGE_SYNC_PATH);
    const { method, url, body, headers } = asked.at(-1)!;
    const request = { method, path: url, body, caller: undefined };
    const signature = headers[SIGNATURE_HEADER]?.toString();
    const keys = internalKeys(DEVELOPMENT_INTERNAL_KEYS);
    expect(signatureRefusal(keys, request, signature, Date.now() / 1000)).toBeUndefined();
    expect(JSON.parse(asked[0]!.body)).toEqual({ sinceMs: 0 });
    expect((JSON.parse(body) as { sinceMs: number }).sinceMs).toBeGreaterThan(1_000);
  });
});
