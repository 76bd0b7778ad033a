import type { Caller, Role } from '../caller.js';
import type { Access, Reach } from './access-row.js';

/** The codes of a refusal; the HTTP status of each is in the registry of error codes. */
export type AccessRefusal = 'TOKEN_REQUIRED' | 'ACCESS_DENIED' | 'STEP_UP_REQUIRED';

/** `reach` says whose orders, sagas, products or accounts the caller may use on this route. */
export type Decision =
  | { readonly allowed: true; readonly reach: Reach }
  | { readonly allowed: false; readonly code: AccessRefusal };

const STEP_UP_SECONDS_MAX = 15 * 60;
/** A login may be so far ahead: clocks differ. */
const CLOCK_SKEW_S = 30;

const ALL: Decision = { allowed: true, reach: 'all' };
const OWN: Decision = { allowed: true, reach: 'own' };
const TOKEN_REQUIRED: Decision = { allowed: false, code: 'TOKEN_REQUIRED' };
const ACCESS_DENIED: Decision = { allowed: false, code: 'ACCESS_DENIED' };
const STEP_UP_REQUIRED: Decision = { allowed: false, code: 'STEP_UP_REQUIRED' };

/** A user of an issuer that names no roles is a customer. */
const WITHOUT_ROLES: readonly Role[] = ['customer'];

/**
 * Whether a caller may use a route. `caller` is undefined without a token. `nowS` is in seconds
 * since 1970. Pure.
 */
export function decide(access: Access, caller: Caller | undefined, nowS: number): Decision {
  if (access.anyone) return ALL;
  if (!caller) return TOKEN_REQUIRED;
  const reach = reachOf(access, caller);
  if (reach === undefined) return caller.kind === 'open' ? TOKEN_REQUIRED : ACCESS_DENIED;
  if (access.stepUp && caller.kind === 'user' && !hasSteppedUp(caller, nowS)) {
    return STEP_UP_REQUIRED;
  }
  return reach === 'all' ? ALL : OWN;
}

function reachOf(access: Access, caller: Caller): Reach | undefined {
  if (caller.kind === 'machine') {
    return widest(caller.scopes.map((scope) => access.scopes?.[scope]));
  }
  if (caller.kind !== 'user') return access.guest;
  const roles = caller.roles.length > 0 ? caller.roles : WITHOUT_ROLES;
  return widest(roles.map((role) => access.roles?.[role]));
}

function widest(reaches: readonly (Reach | undefined)[]): Reach | undefined {
  if (reaches.includes('all')) return 'all';
  return reaches.includes('own') ? 'own' : undefined;
}

function hasSteppedUp({ authTimeS, amr }: Caller, nowS: number): boolean {
  if (authTimeS === undefined || !amr?.includes('otp')) return false;
  const agoS = nowS - authTimeS;
  return agoS >= -CLOCK_SKEW_S && agoS <= STEP_UP_SECONDS_MAX;
}
