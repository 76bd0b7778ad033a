import { isUuid, newUuid } from '@backstitch/shared-types';
import { errors, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import type { KeyRing } from './key-ring.service.js';
import { SIGNING_ALGORITHM } from './signing-key.js';

/** The media type of RFC 9068: no other JWT of ours is taken for an access token. */
const TYPE = 'at+jwt';
export const ACCESS_TOKEN_SECONDS = 600;
const CLOCK_SKEW_SECONDS = 30;
/** The `client_id` of tokens of people, and of guests. That of a machine is its own, and its `sub`. */
export const USER_CLIENT = 'backstitch';
export const GUEST_CLIENT = 'guest';

/** What a token says besides what all tokens say. */
export interface AccessClaims {
  sub: string;
  client_id: string;
  sid?: string;
  auth_time?: number;
  amr?: string[];
  roles?: string[];
  scope?: string;
}

export interface TokenTerms {
  issuer: string;
  audience: string;
}

/** Makes access tokens, and verifies its own ones. */
export class AccessTokens {
  constructor(
    private readonly keys: KeyRing,
    private readonly terms: TokenTerms,
  ) {}

  /** How events name a caller: without this issuer, which all its accounts and machines have. */
  eventName(caller: string): string {
    const own = `:${this.terms.issuer}:`;
    return caller.startsWith(own, 1) ? `${caller[0]}:${caller.slice(own.length + 1)}` : caller;
  }

  async issue(claims: AccessClaims): Promise<string> {
    const { kid, privateKey } = await this.keys.active();
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: TYPE, kid })
      .setIssuer(this.terms.issuer)
      .setAudience(this.terms.audience)
      .setJti(newUuid())
      .setIssuedAt()
      .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
      .sign(privateKey);
  }

  /** The claims of a valid token; undefined for any other text. */
  async verify(token: string): Promise<AccessClaims | undefined> {
    try {
      const keyOf = async ({ kid = '' }: { kid?: string }) => {
        const jwk = (await this.keys.publicKeys()).get(kid) ?? (await this.newKey(kid));
        if (!jwk) throw new errors.JWKSNoMatchingKey();
        return importJWK(jwk, SIGNING_ALGORITHM);
      };
      const { payload } = await jwtVerify(token, keyOf, {
        ...this.terms,
        algorithms: [SIGNING_ALGORITHM],
        typ: TYPE,
        clockTolerance: CLOCK_SKEW_SECONDS,
        maxTokenAge: ACCESS_TOKEN_SECONDS,
        requiredClaims: ['sub', 'exp', 'iat', 'jti', 'client_id'],
      });
      return payload as unknown as AccessClaims;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
  /** A key that another process made a moment ago. Its kid is random: other texts are not asked for. */
  private async newKey(kid: string): Promise<JWK | undefined> {
    return isUuid(kid) ? (await this.keys.publicKeysNow()).get(kid) : undefined;
  }
}
