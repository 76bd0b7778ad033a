/** Who sends a request. A gateway finds it out; the apps behind it get it with the request. */
export interface Caller {
  /**
   * `u:<issuer>:<subject>` with an access token, `m:<issuer>:<client id>` with a machine's token,
   * `g:<uuid>` with a guest token, `o:<userId>` without a token. It owns orders and sagas.
   */
  readonly id: string;
  readonly kind: 'user' | 'machine' | 'guest' | 'open';
  readonly subject: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
}

/** The header with the caller, between two apps: base64url of its JSON. */
export const CALLER_HEADER = 'x-backstitch-caller';

const OPEN = 'o:';
const PREFIXES = { user: 'u:', machine: 'm:', guest: 'g:', open: OPEN } as const;
/** In an index, the caller shares a row of at most 2,700 bytes with a key. */
const ID_BYTES_MAX = 1_000;
const CONTROL_OR_BROKEN = /[\p{Cc}\p{Cs}]/u;

/** The caller of a request without a token, in whose body `userId` is; '' for one without a body. */
export function openCaller(userId: string): Caller {
  return { id: openCallerId(userId), kind: 'open', subject: userId, roles: [], scopes: [] };
}

export function openCallerId(userId: string): string {
  return OPEN + userId;
}

export function isOpenCallerId(id: string): boolean {
  return id.startsWith(OPEN);
}

export function encodeCaller(caller: Caller): string {
  return Buffer.from(JSON.stringify(caller)).toString('base64url');
}

/** The caller in a header; undefined when the header does not hold one. */
export function decodeCaller(header: string): Caller | undefined {
  try {
    return readCaller(JSON.parse(Buffer.from(header, 'base64url').toString()));
  } catch {
    return undefined;
  }
}

/** The caller in a value that was read from JSON; undefined when it is not one. */
export function readCaller(value: unknown): Caller | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, kind, subject, roles, scopes } = value as Partial<Record<keyof Caller, unknown>>;
  if (typeof id !== 'string' || typeof kind !== 'string' || typeof subject !== 'string') {
    return undefined;
  }
  const prefix = Object.hasOwn(PREFIXES, kind) && PREFIXES[kind as Caller['kind']];
  if (!prefix || !id.startsWith(prefix) || !id.endsWith(subject)) return undefined;
  if (CONTROL_OR_BROKEN.test(id) || Buffer.byteLength(id) > ID_BYTES_MAX) return undefined;
  return areTexts(roles) && areTexts(scopes) ? (value as Caller) : undefined;
}

/** True for a caller who sees all of every saga: operators, viewers, and machines that may. */
export function seesAllOfSagas({ roles, scopes }: Caller): boolean {
  return isOperator(roles) || scopes.includes('operations:read');
}

/** What a caller may read of the orders and sagas of all others. */
export function readsAllOrders({ roles, scopes }: Caller): boolean {
  return isOperator(roles) || scopes.includes('orders:read');
}

function isOperator(roles: readonly string[]): boolean {
  return roles.includes('operator') || roles.includes('viewer');
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
