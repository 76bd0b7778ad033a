import {
  type Caller,
  guestCaller,
  isSubject,
  machineId,
  ROLES,
  type Role,
  userId,
} from '../caller.js';
import type { Issuer } from './issuer.js';

export type Claims = Readonly<Record<string, unknown>>;

/** What a token says, after its signature, issuer, audience, type and times were verified. */
export type ClaimsReading =
  | { readonly caller: Caller; readonly issuedAtS: number; readonly expiresAtS: number }
  | { readonly refusal: string };

export const CLOCK_SKEW_S = 30;
/** A longer life is refused: such a token could not be taken back. */
const TOKEN_LIFE_S_MAX = 24 * 3600;
/** The client_id of guest tokens of identity-service. */
const GUEST_CLIENT = 'guest';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The caller of verified claims, or why they name none. `nowS` is in seconds since 1970. Pure. */
export function readClaims(claims: Claims, issuer: Issuer, nowS: number): ClaimsReading {
  const { sub, exp, iat } = claims;
  if (typeof exp !== 'number' || typeof iat !== 'number') return { refusal: 'no exp or no iat' };
  if (iat > nowS + CLOCK_SKEW_S) return { refusal: 'issued in the future' };
  if (exp > iat + TOKEN_LIFE_S_MAX) return { refusal: 'valid for too long' };
  if (!isSubject(sub)) return { refusal: 'no usable sub' };
  const caller = callerOf(claims, sub, issuer);
  if (!caller) return { refusal: 'no usable guest' };
  return { caller, issuedAtS: iat, expiresAtS: exp };
}

function callerOf(claims: Claims, sub: string, settings: Issuer): Caller | undefined {
  const { issuer } = settings;
  const { client_id: clientId } = claims;
  const token = typeof claims.jti === 'string' ? { tokenId: claims.jti } : {};
  if (settings.isOwn && clientId === GUEST_CLIENT) {
    return UUID.test(sub) ? guestCaller(sub) : undefined;
  }
  const scopes = scopesOf(claims.scope);
  // RFC 9068, 2.2: without a user, the subject is the client.
  if (clientId === sub) {
    const id = machineId(issuer, sub);
    return { id, kind: 'machine', issuer, subject: sub, roles: [], scopes, ...token };
  }
  return {
    id: userId(issuer, sub),
    kind: 'user',
    issuer,
    subject: sub,
    roles: rolesOf(claims, settings.rolesClaim),
    scopes,
    ...token,
    ...(typeof claims.sid === 'string' && { sid: claims.sid }),
    ...(typeof claims.auth_time === 'number' && { authTimeS: claims.auth_time }),
    ...(isTextList(claims.amr) && { amr: claims.amr }),
  };
}

/** RFC 9068, 2.2.3: separated by blanks. */
function scopesOf(scope: unknown): string[] {
  return typeof scope === 'string' ? scope.split(' ').filter((each) => each !== '') : [];
}

/** Only a list of texts gives roles; a role that is unknown here gives nothing. */
function rolesOf(claims: Claims, rolesClaim: string | undefined): Role[] {
  const given = rolesClaim === undefined ? undefined : claimAt(claims, rolesClaim);
  return isTextList(given) ? ROLES.filter((role) => given.includes(role)) : [];
}

/** A name may contain dots itself: the claim of this name goes first. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Claims)[name];
  }
  return value;
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
