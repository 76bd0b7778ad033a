import { isSubject, ROLES, type Role } from '../caller.js';
import type { RevokedSubject } from './revocations.js';

/** POST of identity-service, signed by the gateway, once a second. */
export const EDGE_SYNC_PATH = '/internal/edge-sync';

/**
 * What a gateway sends. All requests of one round, which is one request but for many revocations,
 * have the same `since`.
 */
export interface EdgeSyncRequest {
  /** A UUID of this process. */
  readonly gateway: string;
  /** The `next` of the round before; EVERYTHING for all that still matters. */
  readonly since: string;
  /** The `more` of the page before. Undefined for the first page of a round. */
  readonly after?: number;
  /** Of the first page only. */
  readonly counters: readonly RequestCounter[];
  /** Of the first page only. */
  readonly refused?: readonly RefusedCall[];
}

/** A call of a route for operators or admins that the gateway refused. It is recorded. */
export interface RefusedCall {
  /** The id of the caller. */
  readonly caller: string;
  readonly code: 'ACCESS_DENIED' | 'STEP_UP_REQUIRED';
  /** The method and the route: no parameter of the address. */
  readonly route: string;
  readonly requestId: string;
}

/** The requests of one client in a window that is not over yet. The key is 1 to 64 characters. */
export type RequestCounter = readonly [key: string, used: number, endsInMs: number];

/** What identity-service answers. */
export interface EdgeSyncAnswer {
  /** The `since` of the next round, when this is the first page of a round. */
  readonly next: string;
  /** There is another page, after this one. */
  readonly more?: number;
  /** Sessions that have ended: their tokens are refused. */
  readonly revokedSids: readonly string[];
  /** Users and machines that were changed. */
  readonly subjects: readonly RevokedSubject[];
  /** The keys whose tokens are valid. Tokens of any other key are refused. */
  readonly kids: readonly string[];
  /** How many gateways ask at present, with this one. */
  readonly gateways: number;
  /** What the other gateways have counted. */
  readonly others: readonly (readonly [key: string, used: number])[];
}

/** The `since` of the first round. */
export const EVERYTHING = '0';
/** With all counters and refused calls that it may have. */
export const EDGE_SYNC_BYTES_MAX = 131_072;
/** Counters in a request at most. */
export const COUNTERS_MAX = 250;
/** Refused calls in a request at most. */
export const REFUSED_MAX = 20;
/** Of the caller of a refused call. */
export const CALLER_LENGTH_MAX = 1_000;
const ROUTE = /^[A-Z]{3,7} \/[\w/:.-]{1,100}$/;
const REQUEST_ID = /^[\w.:-]{1,100}$/;

const WINDOW_MS_MAX = 3_600_000;
const USED_MAX = 1_000_000_000;
const CURSOR = /^\d{1,19}$/;
const KEY = /^[\w-]{1,64}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A request that was read from JSON; undefined for what is none. Pure. */
export function readEdgeSyncRequest(value: unknown): EdgeSyncRequest | undefined {
  if (!isRecord(value)) return undefined;
  const { gateway, since, after, counters, refused } = value;
  if (!isText(gateway, UUID) || !isText(since, CURSOR)) return undefined;
  if (after !== undefined && !isCount(after, Number.MAX_SAFE_INTEGER)) return undefined;
  if (!Array.isArray(counters) || counters.length > COUNTERS_MAX) return undefined;
  if (!counters.every(isCounter)) return undefined;
  if (refused !== undefined && !isRefusedList(refused)) return undefined;
  const page = after === undefined ? {} : { after };
  return { gateway, since, ...page, counters, ...(refused && { refused }) };
}

/** An answer that was read from JSON; undefined for what is none. Pure. */
export function readEdgeSyncAnswer(value: unknown): EdgeSyncAnswer | undefined {
  if (!isRecord(value)) return undefined;
  const { next, more, revokedSids, subjects, kids, gateways, others } = value;
  if (!isText(next, CURSOR) || !isCount(gateways, USED_MAX)) return undefined;
  if (more !== undefined && !isCount(more, Number.MAX_SAFE_INTEGER)) return undefined;
  if (!isTextList(revokedSids) || !isTextList(kids)) return undefined;
  if (!Array.isArray(subjects) || !subjects.every(isRevokedSubject)) return undefined;
  if (!Array.isArray(others) || !others.every(isOther)) return undefined;
  const page = more === undefined ? {} : { more };
  return { next, ...page, revokedSids, subjects, kids, gateways, others };
}

function isCounter(value: unknown): value is RequestCounter {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [key, used, endsInMs] = value as readonly unknown[];
  return isText(key, KEY) && isCount(used, USED_MAX) && isCount(endsInMs, WINDOW_MS_MAX);
}

function isRefusedList(value: unknown): value is RefusedCall[] {
  return Array.isArray(value) && value.length <= REFUSED_MAX && value.every(isRefusedCall);
}

function isRefusedCall(value: unknown): value is RefusedCall {
  if (!isRecord(value)) return false;
  const { caller, code, route, requestId } = value;
  if (typeof caller !== 'string' || !isSubjectOfLength(caller)) return false;
  if (code !== 'ACCESS_DENIED' && code !== 'STEP_UP_REQUIRED') return false;
  return isText(route, ROUTE) && isText(requestId, REQUEST_ID);
}

/** The id of a caller has no control characters either. */
function isSubjectOfLength(text: string): boolean {
  return text.length > 0 && text.length <= CALLER_LENGTH_MAX && !/[\p{Cc}\p{Cs}]/u.test(text);
}

function isOther(value: unknown): value is [key: string, used: number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  return isText(value[0], KEY) && isCount(value[1], Number.MAX_SAFE_INTEGER);
}

function isRevokedSubject(value: unknown): value is RevokedSubject {
  if (!isRecord(value) || !isSubject(value.subject)) return false;
  if (!Number.isFinite(value.issuedBeforeS)) return false;
  return value.roles === undefined || (Array.isArray(value.roles) && value.roles.every(isRole));
}

function isRole(value: unknown): value is Role {
  return (ROLES as readonly unknown[]).includes(value);
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

function isCount(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isSubject);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
