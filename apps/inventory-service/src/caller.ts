import { Problem } from '@backstitch/service-kit';

/** Who sends a request; of what the gateway says about it, this app needs only this. */
export interface Caller {
  /** `u:<issuer>:<subject>` or `m:<issuer>:<client id>` */
  id: string;
  roles: readonly string[];
  scopes: readonly string[];
}

export const CALLER_HEADER = 'x-backstitch-caller';

const ID = /^[umgo]:[^\p{Cc}\p{Cs}]{1,998}$/u;

/**
 * The caller in the headers of a request. Nothing proves this header yet, so production refuses
 * every caller; the signature between apps replaces this function. Throws 401.
 */
export function callerOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  { isProduction }: { isProduction: boolean },
): Caller {
  const header = headers[CALLER_HEADER];
  const caller = typeof header === 'string' ? readCaller(header) : undefined;
  if (!caller || isProduction) throw new Problem('TOKEN_REQUIRED');
  return caller;
}

function readCaller(header: string): Caller | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
    return isCaller(read) ? { id: read.id, roles: read.roles, scopes: read.scopes } : undefined;
  } catch {
    return undefined;
  }
}

function isCaller(value: unknown): value is Caller {
  if (typeof value !== 'object' || value === null) return false;
  const { id, roles, scopes } = value as Partial<Record<keyof Caller, unknown>>;
  return typeof id === 'string' && ID.test(id) && areTexts(roles) && areTexts(scopes);
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** Throws 403 for a caller who is no seller, and no machine that may write the catalogue. */
export function requireSeller({ roles, scopes }: Caller): void {
  if (roles.includes('seller') || scopes.includes('catalogue:write')) return;
  const detail = 'Only a seller may change the catalogue, or a machine with catalogue:write.';
  throw new Problem('ACCESS_DENIED', detail);
}
