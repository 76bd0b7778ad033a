import { type LocalIssuer, startIssuer } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { foreignIssuers, type Issuer, ownIssuer } from './issuer.js';
import { Revocations } from './revocations.js';
import { TokenVerifier } from './token-verifier.js';

const FILL_BYTES = 64 * 1024 * 1024;

/** Makes the tokens. Their keys come from `server`. */
let issuer: LocalIssuer;
let server: Server;
let url: string;
let answering: (response: ServerResponse) => void;
let failures: unknown[];

beforeEach(async () => {
  issuer = await startIssuer();
  failures = [];
  server = createServer((_request, response) => answering(response));
  url = await listening(server);
});
afterEach(async () => {
  await issuer.close();
  await closed(server);
});

async function listening(one: Server): Promise<string> {
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
}

function closed(one: Server): Promise<void> {
  one.closeAllConnections();
  return new Promise((resolve) => one.close(() => resolve()));
}

function verifierOf(issuers: Issuer[], revocations = new Revocations()): TokenVerifier {
  const onFailure = (_what: string, error: unknown) => failures.push(error);
  return new TokenVerifier({ issuers, audience: 'backstitch', revocations, onFailure });
}

/** Verifies a good token of an issuer whose keys `server` has. */
async function verdict(): Promise<string> {
  const keysElsewhere = foreignIssuers(`${issuer.url}=${url}/keys`, undefined);
  return (await verifierOf(keysElsewhere).verify(await issuer.token())).kind;
}

const sendKeys = (keys: unknown) => (response: ServerResponse) =>
  void response.end(JSON.stringify({ keys }));

describe('an issuer whose keys', () => {
  it('are at the address of the configuration verifies its tokens', async () => {
    answering = sendKeys(issuer.keys);
    expect(await verdict()).toBe('caller');
    expect(failures).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])(
    'are said to be elsewhere by a %i is not followed there',
    async (status) => {
      const asked: unknown[] = [];
      const metadata = createServer((request, response) => {
        asked.push(request.url);
        sendKeys(issuer.keys)(response);
      });
      const location = `${await listening(metadata)}/latest/meta-data`;
      answering = (response) => void response.writeHead(status, { location }).end();
      expect(await verdict()).toBe('unavailable');
      expect(asked).toEqual([]);
      expect(failures).toHaveLength(1);
      await closed(metadata);
    },
  );

  it('are far too long are left before they fill the memory', async () => {
    let sent = 0;
    const filler = `"${'k'.repeat(65_536)}",`;
    answering = (response) => {
      response.write('{"keys":[');
      const fill = (): void => {
        while (sent < FILL_BYTES && !response.destroyed) {
          sent += filler.length;
          if (!response.write(filler)) {
            response.once('drain', fill);
            return;
          }
        }
        response.end('{}]}');
      };
      fill();
    };
    expect(await verdict()).toBe('unavailable');
    expect(String(failures[0])).toContain('262144 bytes');
    // What the two sockets hold is sent, too.
    expect(sent).toBeLessThan(FILL_BYTES);
  });

  it('do not come delay no token of another issuer', async () => {
    const waiting: ServerResponse[] = [];
    answering = (response) => void waiting.push(response);
    const slow = foreignIssuers(`https://slow.example=${url}/keys`, undefined);
    const verifier = verifierOf([ownIssuer(issuer.url, issuer.url), ...slow]);
    const slowToken = await issuer.token({ claims: { iss: 'https://slow.example' } });
    const unanswered = verifier.verify(slowToken);
    expect((await verifier.verify(await issuer.token())).kind).toBe('caller');
    const [response] = waiting;
    response!.destroy();
    expect((await unanswered).kind).toBe('unavailable');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['contain a private key', async () => [{ ...(await privateJwk()), kid: 'key-1' }]],
    ['are secrets', async () => [{ kty: 'oct', k: 'AAAA', kid: 'key-1' }]],
    ['are for encryption', async () => [{ ...issuer.keys[0], use: 'enc' }]],
    ['may only sign', async () => [{ ...issuer.keys[0], key_ops: ['sign'] }]],
    ['are twice there', async () => [issuer.keys[0], issuer.keys[0]]],
    ['are for another algorithm', async () => [{ ...issuer.keys[0], alg: 'RS256' }]],
    ['have a broken point', async () => [{ ...issuer.keys[0], x: 'AAAA' }]],
    ['have another name', async () => [{ ...issuer.keys[0], kid: 'constructor' }]],
  ])('%s verifies no token', async (_what, keys) => {
    answering = sendKeys(await keys());
    expect(await verdict()).toBe('invalid');
  });

  it.each(['', '[]', '{"keys":{}}', '{"keys":[null]}', '{"keys":[7]}', '<html>', '{"keys":['])(
    'are %j cannot be verified',
    async (text) => {
      answering = (response) => void response.end(text);
      expect(await verdict()).toBe('unavailable');
      expect(failures).toHaveLength(1);
    },
  );

  it.each([401, 404, 500, 204])('are answered by %i cannot be verified', async (status) => {
    answering = (response) => void response.writeHead(status).end();
    expect(await verdict()).toBe('unavailable');
  });
});

async function privateJwk(): Promise<object> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return exportJWK(privateKey);
}

describe('ISSUERS that names identity-service', () => {
  it('takes away neither its revocations nor its roles', async () => {
    const revocations = new Revocations();
    const issuers = [ownIssuer(issuer.url, issuer.url), ...foreignIssuers(issuer.url, 'groups')];
    const verifier = verifierOf(issuers, revocations);
    const claims = { sid: 's1', roles: ['seller'], groups: ['admin'] };
    const token = await issuer.token({ claims });
    expect(await verifier.verify(token)).toMatchObject({ caller: { roles: ['seller'] } });
    revocations.add({ sids: ['s1'], subjects: [] }, performance.now());
    expect((await verifier.verify(token)).kind).toBe('invalid');
  });
});
