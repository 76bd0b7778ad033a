import { type LocalIssuer, startIssuer } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { foreignIssuers, ownIssuer } from './issuer.js';
import { Revocations } from './revocations.js';
import { TokenVerifier, type Verification } from './token-verifier.js';

let own: LocalIssuer;
let foreign: LocalIssuer;
let revocations: Revocations;
let verifier: TokenVerifier;

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
  verifier = new TokenVerifier({
    issuers: [ownIssuer(own.url, own.url), ...foreignIssuers(foreign.url, undefined)],
    audience: 'backstitch',
    revocations,
    onFailure: () => undefined,
    nowS,
  });
});

const times = () => ({ iat: nowS(), exp: nowS() + 600 });
const verdict = async (claims: Readonly<Record<string, unknown>>) =>
  (await verifier.verify(await own.token({ claims: { ...times(), ...claims } }))).kind;
const callerOf = (verification: Verification) =>
  verification.kind === 'caller' ? verification.caller : undefined;

describe('a token that was verified before', () => {
  it('is refused when it has expired', async () => {
    const token = await own.token({ claims: times() });
    const kinds: string[] = [];
    for (const laterS of [0, 629, 630]) {
      clockS = BEGIN_S + laterS;
      kinds.push((await verifier.verify(token)).kind);
    }
    expect(kinds).toEqual(['caller', 'caller', 'invalid']);
  });

  it('is answered without asking the issuer and without verifying again', async () => {
    const token = await own.token();
    await verifier.verify(token);
    const asked = own.keyRequests;
    expect(verifier.verifiedBefore(token)?.kind).toBe('caller');
    expect(own.keyRequests).toBe(asked);
    expect(verifier.verifiedBefore(await own.token({ claims: { jti: '2' } }))).toBeUndefined();
  });

  it('is refused after its session was revoked', async () => {
    const token = await own.token({ claims: { sid: 's1' } });
    const other = await own.token({ claims: { sid: 's2' } });
    for (const each of [token, other]) await verifier.verify(each);
    revocations.add({ sids: ['s1'], subjects: [] }, performance.now());
    expect((await verifier.verify(token)).kind).toBe('invalid');
    expect((await verifier.verify(other)).kind).toBe('caller');
  });

  it('is refused after its user was disabled, and a later token is not', async () => {
    const issuedBeforeS = nowS();
    revocations.add({ sids: [], subjects: [{ subject: 'user-123', issuedBeforeS }] }, 0);
    expect(await verdict({ iat: issuedBeforeS - 1 })).toBe('invalid');
    expect(await verdict({ iat: issuedBeforeS })).toBe('caller');
    const foreignToken = await foreign.token({ claims: { iat: issuedBeforeS - 1 } });
    expect((await verifier.verify(foreignToken)).kind).toBe('caller');
  });

  it('has no role that its user has lost', async () => {
    const token = await own.token({ claims: { ...times(), roles: ['customer', 'operator'] } });
    await verifier.verify(token);
    const subjects = [
      { subject: 'user-123', issuedBeforeS: nowS() + 1, roles: ['customer'] as const },
    ];
    revocations.add({ sids: [], subjects }, performance.now());
    expect(callerOf(await verifier.verify(token))?.roles).toEqual(['customer']);
  });
});
