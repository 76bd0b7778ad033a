/** What a request says in its Authorization header. */
export type Bearer =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'twice' }
  | { readonly kind: 'other' };

const NONE: Bearer = { kind: 'none' };
/** RFC 6750, 2.1. */
const CREDENTIALS = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Reads the values of the Authorization header. Another scheme than Bearer, and what is no token, is
 * `other`: who sends credentials is never served as a guest. Pure.
 */
export function readBearer(values: readonly string[] | undefined): Bearer {
  if (!values || values.length === 0) return NONE;
  if (values.length > 1) return { kind: 'twice' };
  const token = CREDENTIALS.exec(values[0]!)?.[1];
  return token === undefined ? { kind: 'other' } : { kind: 'token', token };
}
