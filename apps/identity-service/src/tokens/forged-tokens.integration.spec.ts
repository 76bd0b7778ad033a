import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CryptoKey, decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { IdentityConfig } from '../config.js';
import { EventsRepository } from '../events/events.repository.js';
import { Sealing } from '../sealing/sealing.js';
import { Identity } from '../testing/identity.js';
import { privateKeyOf } from './signing-key.js';
import { SigningKeysRepository } from './signing-keys.repository.js';

let identity: Identity;
let key: { kid: string; publicJwk: JWK; privateKey: CryptoKey };
let genuine: Record<string, unknown>;
beforeAll(async () => {
  identity = await Identity.start();
  const { accessToken } = await identity.session();
  genuine = decodeJwt(accessToken);
  const { database } = identity;
  const rows = new SigningKeysRepository(database, new EventsRepository(database));
  const stored = (await rows.list()).find(({ state }) => state === 'active')!;
  const sealing = new Sealing(new IdentityConfig().keyEncryptionKey);
  key = { ...stored, privateKey: await privateKeyOf(stored, sealing) };
});
afterAll(() => identity.close());

interface Forgery {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  privateKey?: CryptoKey;
}

/** A token that this app could have signed, but for what is given. */
function token({ header, claims, privateKey = key.privateKey }: Forgery = {}): Promise<string> {
  const fields = { alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header };
  const payload = Object.fromEntries(
    Object.entries({ ...genuine, ...claims }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(payload).setProtectedHeader(fields).sign(privateKey);
}

const statusOf = async (text: string) => (await identity.me(text)).status;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const nowS = () => Math.floor(Date.now() / 1000);

describe('an access token that this app did not issue', () => {
  it('is accepted only as this app would have signed it', async () => {
    expect(await statusOf(await token())).toBe(200);
  });

  it.each([
    ['of the media type of an ID token', { header: { typ: 'JWT' } }],
    ['without a media type', { header: { typ: undefined } }],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['of an issuer with a slash more', { claims: { iss: 'http://localhost:3006/' } }],
    ['for another audience', { claims: { aud: 'x' } }],
    ['for a list of other audiences', { claims: { aud: ['x', 'y'] } }],
    ['for no audience', { claims: { aud: undefined } }],
    ['without an end', { claims: { exp: undefined } }],
    ['without an id', { claims: { jti: undefined } }],
    ['of another account than that of its session', { claims: { sub: 'x' } }],
    ['of a guest', { claims: { client_id: 'guest' } }],
    ['without a session', { claims: { sid: undefined } }],
    ['of a session whose id is none', { claims: { sid: `' OR 1=1` } }],
    ['of a key whose id is a path', { header: { kid: '../../etc/passwd' } }],
    ['of a key whose id is SQL', { header: { kid: `' OR 1=1` } }],
    ['of no key', { header: { kid: undefined } }],
  ] satisfies [string, Forgery][])('%s is refused with 401', async (_what, forgery) => {
    expect(await statusOf(await token(forgery))).toBe(401);
  });

  it.each([
    ['has ended 31 s ago', { exp: -31 }],
    ['begins in 31 s', { nbf: 31 }],
    ['was issued in 31 s', { iat: 31 }],
    ['was issued longer ago than any token lives', { iat: -700, exp: 600 }],
  ])('and %s is refused with 401', async (_what, relative: Record<string, number>) => {
    const claims = Object.fromEntries(
      Object.entries(relative).map(([name, seconds]) => [name, nowS() + seconds]),
    );
    expect(await statusOf(await token({ claims }))).toBe(401);
  });

  it('and is signed by a key of its own, which its header has, is refused with 401', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(pair.publicKey);
    const { privateKey } = pair;
    expect(await statusOf(await token({ privateKey }))).toBe(401);
    expect(await statusOf(await token({ privateKey, header: { jwk } }))).toBe(401);
    const jku = `${identity.url}/.well-known/jwks.json`;
    expect(await statusOf(await token({ privateKey, header: { jku, x5u: jku } }))).toBe(401);
  });

  it('and has no signature, or one that is a hash with the public key, is refused with 401', async () => {
    const body = part(genuine);
    for (const alg of ['none', 'None', 'NONE']) {
      const header = part({ alg, typ: 'at+jwt', kid: key.kid });
      expect(await statusOf(`${header}.${body}.`)).toBe(401);
    }
    const signed = `${part({ alg: 'HS256', typ: 'at+jwt', kid: key.kid })}.${body}`;
    for (const secret of [JSON.stringify(key.publicJwk), String(key.publicJwk.x)]) {
      const mac = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(await statusOf(`${signed}.${mac}`)).toBe(401);
    }
    const [, , signature] = (await token()).split('.');
    const declared = `${part({ alg: 'RS256', typ: 'at+jwt', kid: key.kid })}.${body}.${signature}`;
    expect(await statusOf(declared)).toBe(401);
  });
});
