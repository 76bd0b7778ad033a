import { ROLES, type Role } from '../caller.js';

/** POST of identity-service, signed by the gateway, with `{ token }`. */
export const INTROSPECT_PATH = '/internal/introspect';

/** What identity-service says of an access token of its own now. */
export type Introspection =
  | { readonly active: false }
  /** The roles that the user has now; undefined for a machine. */
  | { readonly active: true; readonly roles?: readonly Role[] };

/** An answer that was read from JSON; undefined for what is none. Pure. */
export function readIntrospection(value: unknown): Introspection | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { active, roles } = value as Record<string, unknown>;
  if (active === false) return { active };
  if (active !== true) return undefined;
  if (roles === undefined) return { active };
  if (!Array.isArray(roles)) return undefined;
  return { active, roles: ROLES.filter((role) => roles.includes(role)) };
}
