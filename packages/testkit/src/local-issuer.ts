import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a token differs by from a good one. */
export interface TokenParts {
  claims?: Readonly<Record<string, unknown>>;
  /** `crit` may name `urn:x`. */
  header?: Readonly<Record<string, unknown>>;
  /** The key that signs [the newest of the issuer]. */
  key?: CryptoKey | Uint8Array;
}

/** An issuer of access tokens with a real HTTP server for its public keys. */
export interface LocalIssuer {
  /** Its `iss`; the keys are at /.well-known/jwks.json of it. */
  readonly url: string;
  /** How often its keys were asked for. */
  readonly keyRequests: number;
  /** The public keys that it serves; a test may change the list. */
  readonly keys: JWK[];
  /** A good token of `user-123` for the audience `backstitch`, and its differences. */
  token(parts?: TokenParts): Promise<string>;
  /** A new key signs from now on; the earlier ones are still served. Returns its kid. */
  rotate(algorithm?: string): Promise<string>;
  /** Its server is closed: it does not answer any more. Tokens can still be made. */
  close(): Promise<void>;
}

interface SigningKey {
  kid: string;
  algorithm: string;
  privateKey: CryptoKey;
}

const TOKEN_TYPE = 'at+jwt';

/** `port` is that of an earlier issuer that was closed, or 0 for any free one. */
export async function startIssuer(port = 0): Promise<LocalIssuer> {
  const keys: JWK[] = [];
  let keyRequests = 0;
  let made = 0;
  let signing: SigningKey;
  const server = createServer((request, response) => {
    const isKnown = request.url === '/.well-known/jwks.json';
    if (isKnown) keyRequests += 1;
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isKnown ? { keys } : {}));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rotate = async (algorithm = 'ES256'): Promise<string> => {
    made += 1;
    const kid = `key-${made}`;
    const { publicKey, privateKey } = await generateKeyPair(algorithm);
    keys.push({ ...(await exportJWK(publicKey)), kid, use: 'sig' });
    signing = { kid, algorithm, privateKey };
    return kid;
  };
  await rotate();
  return {
    url,
    keys,
    get keyRequests() {
      return keyRequests;
    },
    token: (parts) => signed(url, signing, parts),
    rotate,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function signed(iss: string, signing: SigningKey, parts: TokenParts = {}): Promise<string> {
  const { kid, algorithm, privateKey } = signing;
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss,
    sub: 'user-123',
    aud: 'backstitch',
    client_id: 'web',
    iat,
    exp: iat + 600,
    jti: 'jti-1',
  };
  return new SignJWT({ ...claims, ...parts.claims })
    .setProtectedHeader({ alg: algorithm, kid, typ: TOKEN_TYPE, ...parts.header })
    .sign(parts.key ?? privateKey, { crit: { 'urn:x': true } });
}
