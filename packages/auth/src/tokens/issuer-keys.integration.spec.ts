import { type LocalIssuer, startIssuer } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownIssuer } from './issuer.js';
import { Revocations } from './revocations.js';
import { TokenVerifier } from './token-verifier.js';

const DAY_S = 24 * 3600;
let issuer: LocalIssuer;
let folder: string;
let file: string;
let nowS: number;
let failures: string[];

beforeEach(async () => {
  issuer = await startIssuer();
  folder = await mkdtemp(join(tmpdir(), 'backstitch-keys-'));
  file = join(folder, 'jwks.json');
  nowS = Math.floor(Date.now() / 1000);
  failures = [];
});
afterEach(async () => {
  await issuer.close();
  await rm(folder, { recursive: true });
});

const restarted = () =>
  new TokenVerifier({
    issuers: [ownIssuer(issuer.url, issuer.url)],
    audience: 'backstitch',
    keysFile: file,
    revocations: new Revocations(),
    onFailure: (what) => failures.push(what),
    nowS: () => nowS,
  });

const token = (header = {}) => issuer.token({ claims: { iat: nowS, exp: nowS + 600 }, header });

async function verdict(verifier: TokenVerifier, header = {}): Promise<string> {
  return (await verifier.verify(await token(header))).kind;
}

describe('the keys of an issuer', () => {
  it('are asked for once in 30 seconds at most, also for 1,000 tokens with unknown keys', async () => {
    const verifier = restarted();
    const verdicts = new Set<string>();
    for (let n = 0; n < 1_000; n += 1) verdicts.add(await verdict(verifier, { kid: `k${n}` }));
    expect([...verdicts]).toEqual(['invalid']);
    expect(issuer.keyRequests).toBe(1);
    nowS += 29;
    await verdict(verifier, { kid: 'other' });
    expect(issuer.keyRequests).toBe(1);
    nowS += 1;
    await Promise.all(['a', 'b', 'c'].map((kid) => verdict(verifier, { kid })));
    expect(issuer.keyRequests).toBe(2);
  });

  it('are asked for once in 30 seconds at most while the issuer does not answer', async () => {
    await issuer.close();
    const verifier = restarted();
    for (let n = 0; n < 20; n += 1) expect(await verdict(verifier)).toBe('unavailable');
    expect(failures).toEqual([`${issuer.url}/.well-known/jwks.json`]);
    nowS += 30;
    await verdict(verifier);
    expect(failures).toHaveLength(2);
  });

  it('are read again when the issuer has a new one', async () => {
    const verifier = restarted();
    expect(await verdict(verifier)).toBe('caller');
    await issuer.rotate();
    expect(await verdict(verifier)).toBe('invalid');
    nowS += 30;
    expect(await verdict(verifier)).toBe('caller');
  });

  it('stay usable while the issuer does not answer, for tokens of any age', async () => {
    const verifier = restarted();
    expect(await verdict(verifier)).toBe('caller');
    await issuer.close();
    nowS += 2 * DAY_S;
    expect(await verdict(verifier)).toBe('caller');
    await verifier.refreshKeys();
    expect(await verdict(verifier)).toBe('caller');
  });

  it('refuse tokens that were verified before, once the issuer has withdrawn the key', async () => {
    const verifier = restarted();
    const old = await token();
    expect((await verifier.verify(old)).kind).toBe('caller');
    await issuer.rotate();
    issuer.keys.shift();
    nowS += 30;
    await verifier.refreshKeys();
    expect(verifier.verifiedBefore(old)?.kind).toBe('invalid');
    expect(await verdict(verifier)).toBe('caller');
  });
});

describe('the keys that identity-service says it has', () => {
  it('refuse tokens of any other key at once, though it is still published', async () => {
    const verifier = restarted();
    const old = await token();
    await issuer.rotate();
    const kept = await token();
    for (const each of [old, kept]) expect((await verifier.verify(each)).kind).toBe('caller');
    const asked = issuer.keyRequests;
    await verifier.keepOwnKeys(['key-2']);
    expect(verifier.verifiedBefore(old)?.kind).toBe('invalid');
    expect(verifier.verifiedBefore(kept)?.kind).toBe('caller');
    expect(await verdict(verifier)).toBe('caller');
    expect(issuer.keyRequests).toBe(asked + 1);
  });

  it('do not refuse tokens of a key that was made after that', async () => {
    const verifier = restarted();
    await verifier.refreshKeys();
    await verifier.keepOwnKeys(['key-1']);
    await issuer.rotate();
    nowS += 30;
    expect(await verdict(verifier)).toBe('caller');
  });

  it('refuse tokens of a revoked key that an old answer has again', async () => {
    const verifier = restarted();
    const old = await token();
    await issuer.rotate();
    const [revoked] = issuer.keys.splice(0, 1);
    await verifier.keepOwnKeys(['key-2']);
    issuer.keys.push(revoked!);
    await verifier.keepOwnKeys(['key-2', 'key-3']);
    await verifier.keepOwnKeys(['key-2']);
    expect((await verifier.verify(old)).kind).toBe('invalid');
    expect(await verdict(verifier)).toBe('caller');
  });

  it('are read until they are the published ones, and then no more', async () => {
    const verifier = restarted();
    await verifier.refreshKeys();
    await verifier.keepOwnKeys(['key-1', 'key-2']);
    await verifier.keepOwnKeys(['key-1', 'key-2']);
    expect(issuer.keyRequests).toBe(3);
    await issuer.rotate();
    for (let n = 0; n < 3; n += 1) await verifier.keepOwnKeys(['key-1', 'key-2']);
    expect(issuer.keyRequests).toBe(4);
    expect(await verdict(verifier)).toBe('caller');
  });

  it('replace a revoked one in the file JWKS_CACHE', async () => {
    const verifier = restarted();
    const old = await token();
    await verifier.refreshKeys();
    await issuer.rotate();
    issuer.keys.shift();
    await verifier.keepOwnKeys(['key-2']);
    await issuer.close();
    nowS += 60;
    expect((await restarted().verify(old)).kind).toBe('invalid');
    expect(await verdict(restarted())).toBe('caller');
  });
});

describe('the file JWKS_CACHE', () => {
  it('lets a new process verify tokens while the issuer does not answer', async () => {
    await restarted().refreshKeys();
    await issuer.close();
    nowS += DAY_S - 60;
    expect(await verdict(restarted())).toBe('caller');
  });

  it('is not used when its keys are over 24 hours old', async () => {
    await restarted().refreshKeys();
    await issuer.close();
    nowS += DAY_S + 60;
    expect(await verdict(restarted())).toBe('unavailable');
  });

  it('may be missing, and is written when keys were read', async () => {
    const verifier = restarted();
    await verifier.refreshKeys();
    expect(failures).toEqual([]);
    const content = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    expect(Object.keys(content)).toEqual([issuer.url]);
  });

  it.each(['', 'null', '[]', '{"a":1}', '{"keys"', '{"ISSUER":{"uat":1e300,"jwks":{"keys":[]}}}'])(
    'with the content %p does not hinder a start',
    async (content) => {
      await writeFile(file, content.replace('ISSUER', issuer.url));
      expect(await verdict(restarted())).toBe('caller');
    },
  );

  it('with broken keys does not hinder a start', async () => {
    const keys = { uat: nowS * 1000, jwks: { keys: [7] } };
    await writeFile(file, JSON.stringify({ [issuer.url]: keys }));
    expect(await verdict(restarted())).toBe('caller');
  });

  it('that cannot be written is reported, and tokens are verified', async () => {
    file = join(folder, 'missing', 'jwks.json');
    const verifier = restarted();
    expect(await verdict(verifier)).toBe('caller');
    await verifier.refreshKeys();
    expect(failures).toEqual(['JWKS_CACHE']);
  });
});
