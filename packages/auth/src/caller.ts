export const ROLES = ['customer', 'seller', 'operator', 'admin', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

export const CALLER_KINDS = ['user', 'machine', 'guest', 'open'] as const;
export type CallerKind = (typeof CALLER_KINDS)[number];

/** Who sends a request. It is never read from a body, except the userId of an open caller. */
export interface Caller {
  /** Names the caller in every app: `u:<issuer>:<sub>`, `m:…`, `g:<uuid>` or `o:<userId>`. */
  readonly id: string;
  readonly kind: CallerKind;
  /** Of a user and of a machine. */
  readonly issuer?: string;
  /** The user, the client of a machine, the UUID of a guest, or the userId of an open caller. */
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly scopes: readonly string[];
  /** The session of a user. */
  readonly sid?: string;
  /** When the user entered a password, in seconds since 1970. */
  readonly authTimeS?: number;
  /** The id of the access token (jti). */
  readonly tokenId?: string;
  /** How the user was authenticated (RFC 8176), such as `pwd` and `otp`. */
  readonly amr?: readonly string[];
}

const SUBJECT_LENGTH_MAX = 255;

// No control characters: the subject is logged and stored.
const SUBJECT = /^[^\p{Cc}\p{Cs}]+$/u;

/** Whether a caller may have this subject. */
export function isSubject(value: unknown): value is string {
  return typeof value === 'string' && value.length <= SUBJECT_LENGTH_MAX && SUBJECT.test(value);
}

export function userId(issuer: string, subject: string): string {
  return `u:${issuer}:${escaped(subject)}`;
}

export function machineId(issuer: string, clientId: string): string {
  return `m:${issuer}:${escaped(clientId)}`;
}

/** An issuer contains colons. Without this, two callers of two issuers could get the same id. */
function escaped(subject: string): string {
  return subject.replaceAll('%', '%25').replaceAll(':', '%3A');
}

/** The caller of a guest token. */
export function guestCaller(uuid: string): Caller {
  return { id: `g:${uuid}`, kind: 'guest', subject: uuid, roles: [], scopes: [] };
}

/** A request without a token, while GUESTS=open. It names its userId itself, without a proof. */
export function openCaller(subject: string): Caller {
  return { id: `o:${subject}`, kind: 'open', subject, roles: [], scopes: [] };
}

/** The open caller before the body is read, and of requests that name no userId. */
export const OPEN_CALLER: Caller = Object.freeze(openCaller(''));
