import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import type { Caller } from '../caller.js';
import { type ClaimsReading, CLOCK_SKEW_S, readClaims } from './claims.js';
import type { Issuer } from './issuer.js';
import { IssuerKeys, KeysUnavailable } from './issuer-keys.client.js';
import type { Revocations } from './revocations.js';
import { StoredKeysFile } from './stored-keys.repository.js';

/** unavailable: no key of the issuer could be read yet, so that nothing is known of the token. */
export type Verification =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'unavailable' };

export interface TokenVerifierOptions {
  issuers: readonly Issuer[];
  audience: string;
  /** The path of JWKS_CACHE. */
  keysFile?: string;
  revocations: Revocations;
  /** Called when an issuer or the file of keys cannot be read. */
  onFailure: (what: string, error: unknown) => void;
  /** Seconds since 1970 [the clock of this machine]. */
  nowS?: () => number;
}

interface VerifiedToken {
  readonly verification: Verification & { readonly kind: 'caller' };
  readonly issuedAtS: number;
  readonly expiresAtS: number;
  readonly kid: string;
  readonly trusted: TrustedIssuer;
}

interface TrustedIssuer {
  readonly issuer: Issuer;
  readonly keys: IssuerKeys;
}

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
/** RFC 9068: neither an ID token nor a refresh token has it. */
const TYPE = 'at+jwt';
const VERIFIED_TOKENS_MAX = 50_000;
const UNAVAILABLE: Verification = { kind: 'unavailable' };

/**
 * Verifies access tokens of the configured issuers. A token is verified once; then its SHA-256 is
 * looked up until it expires, its key is gone from its issuer, or it is revoked.
 */
export class TokenVerifier {
  private readonly trusted: ReadonlyMap<string, TrustedIssuer>;
  private readonly verified = new LRUCache<string, VerifiedToken>({ max: VERIFIED_TOKENS_MAX });
  private readonly file: StoredKeysFile;
  private readonly nowS: () => number;

  constructor(private readonly options: TokenVerifierOptions) {
    this.nowS = options.nowS ?? (() => Date.now() / 1000);
    const { keysFile, onFailure } = options;
    // The last one with a name counts: ISSUERS cannot replace identity-service and its revocations.
    const issuers = options.issuers.toSorted(
      (one, other) => Number(one.isOwn) - Number(other.isOwn),
    );
    this.file = new StoredKeysFile(keysFile, (error) => onFailure('JWKS_CACHE', error));
    const stored = this.file.read(this.nowS() * 1000);
    this.trusted = new Map(
      issuers.map((issuer) => {
        const keys = new IssuerKeys({
          jwksUri: issuer.jwksUri,
          stored: stored.get(issuer.issuer),
          onRead: (read) => this.file.write(issuer.issuer, read),
          onFailure: (error) => onFailure(issuer.jwksUri, error),
          nowMs: () => this.nowS() * 1000,
        });
        return [issuer.issuer, { issuer, keys }];
      }),
    );
  }

  /** What is known of a token that was verified before; undefined for another one. */
  verifiedBefore(token: string): Verification | undefined {
    const known = this.verified.get(sha256(token));
    return known && this.verdictOf(known);
  }

  /** Never rejects because of the token. */
  async verify(token: string): Promise<Verification> {
    const before = this.verifiedBefore(token);
    if (before) return before;
    try {
      return await this.verifyAnew(token);
    } catch (error) {
      if (error instanceof KeysUnavailable) return UNAVAILABLE;
      // jose throws a TypeError for a key or a header that it cannot use.
      if (error instanceof errors.JOSEError) return invalid(error.code);
      if (error instanceof TypeError || isCryptoFault(error)) return invalid('unusable');
      throw error;
    }
  }

  /** Whether tokens of identity-service can be verified: its keys were read. */
  get knowsOwnKeys(): boolean {
    return [...this.trusted.values()].some(({ issuer, keys }) => issuer.isOwn && keys.isKnown);
  }

  /** Reads the keys of all issuers again, each at most once in 30 seconds. */
  async refreshKeys(): Promise<void> {
    await Promise.all([...this.trusted.values()].map(({ keys }) => keys.refresh()));
    await this.file.written();
  }

  /**
   * identity-service has these keys now: tokens of any other key that is known are refused at once,
   * also those that were verified before. Its keys are read again when these are not those known.
   */
  async keepOwnKeys(kids: readonly string[]): Promise<void> {
    const own = [...this.trusted.values()].filter(({ issuer }) => issuer.isOwn);
    await Promise.all(own.map(({ keys }) => keys.keepOnly(kids)));
    await this.file.written();
  }

  private async verifyAnew(token: string): Promise<Verification> {
    const { kid } = decodeProtectedHeader(token);
    const { iss } = decodeJwt(token);
    const trusted = this.trusted.get(typeof iss === 'string' ? iss : '');
    if (!trusted) return invalid('the issuer is not accepted');
    if (typeof kid !== 'string') return invalid('no kid');
    if (!isCanonical(token)) return invalid('not canonical');
    const { payload } = await jwtVerify(token, trusted.keys.keyOf, {
      issuer: trusted.issuer.issuer,
      audience: this.options.audience,
      algorithms: ALGORITHMS,
      typ: TYPE,
      clockTolerance: CLOCK_SKEW_S,
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: new Date(this.nowS() * 1000),
    });
    const reading: ClaimsReading = readClaims(payload, trusted.issuer, this.nowS());
    if ('refusal' in reading) return invalid(reading.refusal);
    const { caller, issuedAtS, expiresAtS } = reading;
    const verification = { kind: 'caller', caller } as const;
    const known = { verification, issuedAtS, expiresAtS, kid, trusted };
    this.verified.set(sha256(token), known);
    return this.verdictOf(known);
  }

  private verdictOf(known: VerifiedToken): Verification {
    const { verification, issuedAtS, expiresAtS, kid, trusted } = known;
    if (expiresAtS + CLOCK_SKEW_S <= this.nowS()) return invalid('expired');
    if (!trusted.keys.has(kid)) return invalid('the issuer has withdrawn the key');
    if (!trusted.issuer.isOwn) return verification;
    const { caller } = verification;
    const current = this.options.revocations.apply(caller, issuedAtS);
    if (current === caller) return verification;
    return current ? { kind: 'caller', caller: current } : invalid('revoked');
  }
}

function invalid(reason: string): Verification {
  return { kind: 'invalid', reason };
}

/** The last character of a signature has bits that mean nothing. A token has one spelling only. */
function isCanonical(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** Web Crypto throws these for bytes that are no signature of the key's kind. */
function isCryptoFault(error: unknown): boolean {
  return error instanceof DOMException;
}

function sha256(token: string): string {
  return hash('sha256', token, 'base64');
}
