import { type LocalIssuer, startIssuer, type TokenParts } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportSPKI, generateKeyPair, importJWK } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { foreignIssuers, ownIssuer } from './issuer.js';
import { Revocations } from './revocations.js';
import { TokenVerifier, type Verification } from './token-verifier.js';

let own: LocalIssuer;
let foreign: LocalIssuer;
let revocations: Revocations;
let verifier: TokenVerifier;

/** The time of the verifier. Tokens are made at this time, too. */
const BEGIN_S = Math.floor(Date.now() / 1000);
let clockS = BEGIN_S;
const nowS = () => clockS;

beforeAll(async () => {
  own = await startIssuer();
  foreign = await startIssuer();
});
afterAll(async () => {
  await own.close();
  await foreign.close();
});
beforeEach(() => {
  clockS = BEGIN_S;
  revocations = new Revocations();
  verifier = verifierOf(undefined);
});

function verifierOf(rolesClaim: string | undefined): TokenVerifier {
  const issuers = [ownIssuer(own.url, own.url), ...foreignIssuers(foreign.url, rolesClaim)];
  return new TokenVerifier({
    issuers,
    audience: 'backstitch',
    revocations,
    onFailure: () => undefined,
    nowS,
  });
}

const callerOf = (verification: Verification) =>
  verification.kind === 'caller' ? verification.caller : undefined;
const times = () => ({ iat: nowS(), exp: nowS() + 600 });
const verdict = async (parts: TokenParts) =>
  (await verifier.verify(await own.token({ ...parts, claims: { ...times(), ...parts.claims } })))
    .kind;

describe('a token of an accepted issuer', () => {
  it('names its user with roles, scopes, session and login', async () => {
    const claims = { roles: ['operator'], sid: 's1', auth_time: nowS(), amr: ['pwd', 'otp'] };
    expect(callerOf(await verifier.verify(await own.token({ claims })))).toEqual({
      id: `u:${own.url}:user-123`,
      kind: 'user',
      issuer: own.url,
      subject: 'user-123',
      roles: ['operator'],
      scopes: [],
      tokenId: 'jti-1',
      sid: 's1',
      authTimeS: claims.auth_time,
      amr: ['pwd', 'otp'],
    });
  });

  it('names a machine when its client is its subject', async () => {
    const claims = { sub: 'till-1', client_id: 'till-1', scope: 'orders:read  checkout:write' };
    const caller = callerOf(await verifier.verify(await own.token({ claims })));
    expect(caller).toMatchObject({ id: `m:${own.url}:till-1`, kind: 'machine', roles: [] });
    expect(caller?.scopes).toEqual(['orders:read', 'checkout:write']);
  });

  it('names a guest of identity-service, and not of another issuer', async () => {
    const claims = { sub: '0190b3a2-0000-7000-8000-000000000001', client_id: 'guest' };
    const guest = callerOf(await verifier.verify(await own.token({ claims })));
    expect(guest).toMatchObject({ id: `g:${claims.sub}`, kind: 'guest' });
    const user = callerOf(await verifier.verify(await foreign.token({ claims })));
    expect(user).toMatchObject({ id: `u:${foreign.url}:${claims.sub}`, kind: 'user' });
  });

  it('of another issuer with the same subject is another caller', async () => {
    const ids = await Promise.all(
      [own, foreign].map(async (one) => callerOf(await verifier.verify(await one.token()))?.id),
    );
    expect(ids).toEqual([`u:${own.url}:user-123`, `u:${foreign.url}:user-123`]);
  });

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('may be signed by %s', async (algorithm) => {
    const issuer = await startIssuer();
    await issuer.rotate(algorithm);
    const issuers = [ownIssuer(issuer.url, issuer.url)];
    const onFailure = () => undefined;
    const one = new TokenVerifier({ issuers, audience: 'backstitch', revocations, onFailure });
    expect((await one.verify(await issuer.token())).kind).toBe('caller');
    await issuer.close();
  });
});

describe('the roles of a token', () => {
  it.each<[string, unknown]>([
    ['a text', 'admin'],
    ['an object', { 0: 'admin' }],
    ['a list with an object', [{ role: 'admin' }]],
    ['an unknown role', ['root']],
  ])('are none when the claim is %s', async (_name, roles) => {
    const caller = callerOf(await verifier.verify(await own.token({ claims: { roles } })));
    expect(caller).toMatchObject({ kind: 'user', roles: [] });
  });

  it('are none for a foreign issuer without ROLES_CLAIM', async () => {
    const token = await foreign.token({ claims: { roles: ['admin'] } });
    expect(callerOf(await verifier.verify(token))).toMatchObject({ kind: 'user', roles: [] });
  });

  it.each([
    ['realm_access.roles', { realm_access: { roles: ['seller'] } }],
    ['https://shop.example/roles', { 'https://shop.example/roles': ['seller'] }],
  ])('of a foreign issuer come from ROLES_CLAIM, such as %s', async (rolesClaim, claims) => {
    const token = await foreign.token({ claims: { ...claims, roles: ['admin'] } });
    expect(callerOf(await verifierOf(rolesClaim).verify(token))?.roles).toEqual(['seller']);
  });
});

describe('a token that is refused', () => {
  it.each([
    ['empty', ''],
    ['garbage', 'garbage'],
    ['of two parts', 'a.b'],
    ['of three letters', 'a.b.c'],
    ['of empty parts', '..'],
    ['of 20 KB', `${'a'.repeat(20_000)}.b.c`],
  ])('is %s', async (_name, token) => {
    expect((await verifier.verify(token)).kind).toBe('invalid');
  });

  it.each(['none', 'None', 'NONE'])('has the algorithm %s', async (alg) => {
    const [, payload] = (await own.token()).split('.');
    const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt', kid: 'key-1' }));
    for (const signature of ['', 'AAAA']) {
      const token = `${header.toString('base64url')}.${payload}.${signature}`;
      expect((await verifier.verify(token)).kind).toBe('invalid');
    }
  });

  it('has HS256 with the public key as its secret', async () => {
    const publicKey = (await importJWK(own.keys[0]!, 'ES256')) as CryptoKey;
    const secrets = [JSON.stringify(own.keys[0]), await exportSPKI(publicKey)];
    for (const secret of secrets) {
      const key = new TextEncoder().encode(secret);
      expect(await verdict({ header: { alg: 'HS256' }, key })).toBe('invalid');
    }
  });

  it('declares RS256 for a key of ES256', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    expect(await verdict({ header: { alg: 'RS256' }, key: privateKey })).toBe('invalid');
  });

  it('is signed by a key that it brings itself, and no address in it is asked', async () => {
    const asked: string[] = [];
    const listener = createServer((request, response) => {
      asked.push(String(request.url));
      response.end('{"keys":[]}');
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/keys`;
    const { privateKey } = await generateKeyPair('ES256');
    const other = await startIssuer();
    for (const header of [{ jku: url }, { x5u: url }, { jwk: other.keys[0] }]) {
      expect(await verdict({ header, key: privateKey })).toBe('invalid');
      expect(await verdict({ header: { ...header, kid: 'unknown' }, key: privateKey })).toBe(
        'invalid',
      );
    }
    expect(asked).toEqual([]);
    await other.close();
    await new Promise((resolve) => listener.close(resolve));
  });

  it.each([
    ['of a path', '../../etc/passwd'],
    ['of SQL', "' OR 1=1"],
    ['of 10 KB', 'k'.repeat(10_000)],
    ['that is empty', ''],
  ])('has a kid %s', async (_name, kid) => {
    expect(await verdict({ header: { kid } })).toBe('invalid');
  });

  it('has no kid, even when the issuer has one key only', async () => {
    expect(await verdict({ header: { kid: undefined } })).toBe('invalid');
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['another issuer', () => ({ iss: 'https://evil.example' })],
    ['the issuer with a slash', () => ({ iss: `${own.url}/` })],
    ['the issuer of another key', () => ({ iss: foreign.url })],
    ['no issuer', () => ({ iss: undefined })],
    ['a list of issuers', () => ({ iss: [own.url] })],
    ['another audience', () => ({ aud: 'shop' })],
    ['a list of other audiences', () => ({ aud: ['shop', 'till'] })],
    ['no audience', () => ({ aud: undefined })],
    ['an end 31 seconds ago', () => ({ exp: nowS() - 31 })],
    ['a begin in 31 seconds', () => ({ nbf: nowS() + 31 })],
    ['no end', () => ({ exp: undefined })],
    ['an end beyond all times', () => ({ exp: 1e300 })],
    ['an end as a text', () => ({ exp: String(nowS() + 600) })],
    ['an issue in 31 seconds', () => ({ iat: nowS() + 31 })],
    ['no time of issue', () => ({ iat: undefined })],
    ['no subject', () => ({ sub: undefined })],
    ['a number as its subject', () => ({ sub: 7 })],
    ['an empty subject', () => ({ sub: '' })],
    ['a control character in its subject', () => ({ sub: 'a\nb' })],
    ['a subject of 256 characters', () => ({ sub: 's'.repeat(256) })],
    ['a guest that is no UUID', () => ({ sub: 'ann', client_id: 'guest' })],
  ])('has %s', async (_name, claims) => {
    expect(await verdict({ claims: claims() })).toBe('invalid');
  });

  it.each([undefined, 'JWT', 'rt+jwt', 'client-authentication+jwt'])(
    'has the type %p: an ID token, a refresh token or an assertion',
    async (typ) => {
      expect(await verdict({ header: { typ } })).toBe('invalid');
    },
  );

  it('has any one byte changed', async () => {
    const token = await own.token();
    const positions = [...token.matchAll(/[^.]/g)].map(({ index }) => index);
    const sampled = positions.filter((_, n) => n % Math.ceil(positions.length / 500) === 0);
    for (const at of [...sampled, token.length - 1]) {
      const flipped = String.fromCodePoint(token.codePointAt(at)! ^ 1);
      const changed = token.slice(0, at) + flipped + token.slice(at + 1);
      expect([at, (await verifier.verify(changed)).kind]).toEqual([at, 'invalid']);
    }
    expect((await verifier.verify(token)).kind).toBe('caller');
  });

  it('declares a critical header that we do not know', async () => {
    expect(await verdict({ header: { 'urn:x': 1 } })).toBe('caller');
    expect(await verdict({ header: { 'urn:x': 1, crit: ['urn:x'] } })).toBe('invalid');
  });
});

describe('times within the clock skew', () => {
  it.each<[string, () => Record<string, unknown>]>([
    ['an end 29 seconds ago', () => ({ exp: nowS() - 29 })],
    ['a begin in 30 seconds', () => ({ nbf: nowS() + 30 })],
    ['an issue in 30 seconds', () => ({ iat: nowS() + 30 })],
  ])('are accepted: %s', async (_name, claims) => {
    expect(await verdict({ claims: claims() })).toBe('caller');
  });
});
