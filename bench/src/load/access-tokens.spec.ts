import { Cleanup } from '@backstitch/tools';
import { afterEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { issueAccessTokens } from './access-tokens.js';

const cleanup = new Cleanup(() => undefined);
afterEach(() => cleanup.run());

describe('issueAccessTokens', () => {
  it('makes a token for each user, and gives them in turn', async () => {
    const { next } = await issueAccessTokens(3, cleanup);
    const given = Array.from({ length: 5 }, next);
    expect(new Set(given.map((token) => decodeJwt(token).sub)).size).toBe(3);
    expect(given.slice(3)).toEqual(given.slice(0, 2));
  });

  it('serves the public key of its tokens until the end', async () => {
    const { issuer, next } = await issueAccessTokens(1, cleanup);
    const answer = await fetch(`${issuer}/.well-known/jwks.json`);
    expect(await answer.json()).toMatchObject({ keys: [{ kid: expect.any(String), kty: 'EC' }] });
    expect(decodeJwt(next())).toMatchObject({ iss: issuer, aud: 'backstitch' });
    await cleanup.run();
    await expect(fetch(issuer)).rejects.toThrow();
  });
});
