import { fileURLToPath } from 'node:url';
import {
  DEVELOPMENT_INTERNAL_KEYS,
  EDGE_SYNC_PATH,
  EVERYTHING,
  internalKeys,
  readEdgeSyncRequest,
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
import { type SeenRequest, sendJson, type Upstream, upstream } from '../testing/upstream.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const SAGA = '01930000-0000-7000-8000-000000000001';

let issuer: LocalIssuer;
let identity: Upstream;
let orchestrator: Upstream;
let gateway: AppProcess;
let revokedSids: string[] = [];
let subjects: object[] = [];
/** What identity-service says; null for what the issuer serves. */
let kids: string[] | null = null;
let round = 1_000;
let isAway = false;

beforeAll(async () => {
  issuer = await startIssuer();
  orchestrator = await upstream((response) => sendJson(response, 200, { success: true, log: [] }));
  identity = await upstream((response, { url, body }) => {
    if (isAway) return response.destroy();
    if (url !== EDGE_SYNC_PATH) return sendJson(response, 200, { keys: issuer.keys });
    const { after } = JSON.parse(body) as { after?: number };
    if (after === undefined) round += 1;
    const page = pageOf(after);
    const own = kids ?? issuer.keys.map(({ kid }) => kid);
    return sendJson(response, 200, { next: String(round), kids: own, ...page });
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

/** Each session is on a page of its own. */
function pageOf(after = 0): object {
  const more = after + 1 < revokedSids.length ? { more: after + 1 } : {};
  const sids = revokedSids.slice(after, after + 1);
  const told = { subjects: after === 0 ? subjects : [], gateways: 1, others: [] };
  return { revokedSids: sids, ...more, ...told };
}

const statusWith = async (token: string): Promise<number> => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${gateway.url}/api/checkout/orders/${SAGA}`, { headers })).status;
};

describe('what identity-service has revoked', () => {
  it('ends the tokens of a session at the gateway, and of no other session', async () => {
    const [token, third, other] = await Promise.all(
      ['s1', 's3', 's2'].map((sid) => issuer.token({ claims: { sid } })),
    );
    for (const each of [token, third, other]) expect(await statusWith(each!)).toBe(200);
    revokedSids = ['s1', 'unknown', 's3'];
    await waitFor('the end of the session', async () => (await statusWith(token!)) === 401);
    // On the last page of three.
    await waitFor('the end of the third one', async () => (await statusWith(third!)) === 401);
    expect(await statusWith(other!)).toBe(200);
  });

  it('ends the tokens of a subject that were issued before, and no later one', async () => {
    const issuedBeforeS = Math.floor(Date.now() / 1000);
    const claims = { sub: 'bob', iat: issuedBeforeS - 1 };
    const token = await issuer.token({ claims });
    expect(await statusWith(token)).toBe(200);
    subjects = [{ subject: 'bob', issuedBeforeS }];
    await waitFor('the end of the subject', async () => (await statusWith(token)) === 401);
    expect(await statusWith(await issuer.token({ claims: { sub: 'bob' } }))).toBe(200);
  });

  it('ends the tokens of a key, and a new key is known', async () => {
    const old = await issuer.token();
    expect(await statusWith(old)).toBe(200);
    await issuer.rotate();
    issuer.keys.shift();
    await waitFor('the end of the key', async () => (await statusWith(old)) === 401);
    expect(await statusWith(await issuer.token())).toBe(200);
  });

  it('ends the tokens of a key that is still published', async () => {
    const old = await issuer.token();
    const kid = await issuer.rotate();
    const token = await issuer.token();
    for (const each of [old, token]) {
      await waitFor('the keys', async () => (await statusWith(each)) === 200);
    }
    kids = [kid];
    await waitFor('the end of the key', async () => (await statusWith(old)) === 401);
    expect(await statusWith(token)).toBe(200);
    kids = null;
  });

  it('is asked for from the begin after identity-service was away, while tokens stay valid', async () => {
    const token = await issuer.token({ claims: { sid: 's9' } });
    await waitFor('the keys', async () => (await statusWith(token)) === 200);
    const syncs = () => identity.seen.filter(({ url }) => url === EDGE_SYNC_PATH);
    isAway = true;
    const asked = syncs().length;
    await waitFor('two failures', () => Promise.resolve(syncs().length >= asked + 2));
    expect(await statusWith(token)).toBe(200);
    revokedSids = ['s9'];
    isAway = false;
    await waitFor('the end of the session', async () => (await statusWith(token)) === 401);
    const begins = syncs()
      .slice(asked)
      .map(({ body }) => (JSON.parse(body) as { since: string }).since);
    expect(begins).toContain(EVERYTHING);
  });

  it('is asked for with a signature, from the last answer on', async () => {
    const asked = identity.seen.filter(({ url }) => url === EDGE_SYNC_PATH);
    const [first, { method, url, body, headers }] = asked as [SeenRequest, SeenRequest];
    const request = { method, path: url, body, caller: undefined };
    const signature = headers[SIGNATURE_HEADER]?.toString();
    const keys = internalKeys(DEVELOPMENT_INTERNAL_KEYS);
    expect(signatureRefusal(keys, request, signature, Date.now() / 1000)).toBeUndefined();
    expect(readEdgeSyncRequest(JSON.parse(first.body))).toMatchObject({ since: EVERYTHING });
    expect(Number(readEdgeSyncRequest(JSON.parse(body))!.since)).toBeGreaterThan(1_000);
  });
});
