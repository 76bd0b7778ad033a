import {
  CALLER_KINDS,
  type Caller,
  guestCaller,
  isSubject,
  machineId,
  openCaller,
  ROLES,
  userId,
} from '../caller.js';

export const CALLER_HEADER = 'x-backstitch-caller';

/** A caller with a token is the same object in each of its requests. */
const jsonOfCallers = new WeakMap<Caller, string>();

/** A caller as a member of a batch has it. A caller must not be changed after this. */
export function callerJson(caller: Caller): string {
  let json = jsonOfCallers.get(caller);
  if (json === undefined) {
    json = JSON.stringify(caller);
    jsonOfCallers.set(caller, json);
  }
  return json;
}

/** The value of x-backstitch-caller. */
export function encodeCaller(caller: Caller): string {
  return Buffer.from(JSON.stringify(caller)).toString('base64url');
}

/**
 * Reads the value of x-backstitch-caller, after its signature was verified. Undefined for a value
 * that is no caller, also for one whose id does not belong to its subject.
 */
export function decodeCaller(header: string): Caller | undefined {
  return callerFrom(parsed(Buffer.from(header, 'base64url').toString('utf8')));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The caller of a member of a batch, or of a header. Undefined for what is no caller. */
export function callerFrom(value: unknown): Caller | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const caller = value as Partial<Record<keyof Caller, unknown>>;
  const { kind, subject, issuer } = caller;
  if (!isOneOf(CALLER_KINDS, kind) || !isTextList(caller.scopes)) return undefined;
  if (!isTextList(caller.roles) || !caller.roles.every((role) => isOneOf(ROLES, role))) {
    return undefined;
  }
  if (!isSubject(subject) && !(kind === 'open' && subject === '')) return undefined;
  if (caller.id !== idOf(kind, issuer, subject)) return undefined;
  if (!isOptional(caller.tokenId, 'string')) return undefined;
  if (!isOptional(caller.sid, 'string') || !isOptional(caller.authTimeS, 'number')) {
    return undefined;
  }
  return caller.amr === undefined || isTextList(caller.amr) ? (value as Caller) : undefined;
}

function idOf(kind: Caller['kind'], issuer: unknown, subject: string): string | undefined {
  if (kind === 'guest') return guestCaller(subject).id;
  if (kind === 'open') return openCaller(subject).id;
  if (typeof issuer !== 'string') return undefined;
  return kind === 'user' ? userId(issuer, subject) : machineId(issuer, subject);
}

function isOneOf<Value extends string>(values: readonly Value[], value: unknown): value is Value {
  return (values as readonly unknown[]).includes(value);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isOptional(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || typeof value === type;
}
