import { randomUUID } from 'node:crypto';
import { startIssuer } from '@backstitch/testkit';
import type { Cleanup } from '@backstitch/tools';

/** Access tokens of so many users, made before anything is measured. */
export interface AccessTokens {
  /** Its keys can be read until the end. */
  issuer: string;
  users: number;
  /** The token of the next user; after the last one comes the first again. */
  next: () => string;
}

export const USUAL_USERS = 1_000;
/** The longest life that a gateway accepts is 24 hours. */
const LIFE_SECONDS = 12 * 3_600;

/** Starts an issuer with the usual claims of a customer, on loopback, and makes all tokens. */
export async function issueAccessTokens(users: number, cleanup: Cleanup): Promise<AccessTokens> {
  const issuer = await startIssuer();
  cleanup.add('the issuer', () => issuer.close());
  const tokens: string[] = [];
  for (let user = 0; user < users; user += 1) {
    tokens.push(await issuer.token({ claims: customerClaims() }));
  }
  let last = -1;
  const next = () => tokens[(last = (last + 1) % users)]!;
  return { issuer: issuer.url, users, next };
}

/** As long as those of identity-service: the gateway passes most of them on. */
function customerClaims() {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  return {
    sub: randomUUID(),
    sid: randomUUID(),
    jti: randomUUID(),
    auth_time: nowSeconds,
    amr: ['pwd'],
    roles: ['customer'],
    iat: nowSeconds,
    exp: nowSeconds + LIFE_SECONDS,
  };
}
