import { isSubject, ROLES, type Role } from '../caller.js';
import type { RevokedSubject } from './revocations.js';

/** POST of identity-service, signed by the gateway, once a second. */
export const EDGE_SYNC_PATH = '/internal/edge-sync';

/** What a gateway sends. */
export interface EdgeSyncRequest {
  /** The `nowMs` of the last answer; 0 for everything that still matters. */
  readonly sinceMs: number;
}

/** What identity-service answers. */
export interface EdgeSyncAnswer {
  readonly nowMs: number;
  /** Sessions that have ended since: their tokens are refused. */
  readonly revokedSids: readonly string[];
  /** Users and machines that were changed since. */
  readonly subjects?: readonly RevokedSubject[];
  /** The keys whose tokens are valid. */
  readonly kids: readonly string[];
}

/** An answer that was read from JSON; undefined for what is none. Pure. */
export function readEdgeSyncAnswer(value: unknown): EdgeSyncAnswer | undefined {
  if (!isRecord(value)) return undefined;
  const { nowMs, revokedSids, subjects = [], kids } = value;
  if (typeof nowMs !== 'number' || !Number.isSafeInteger(nowMs)) return undefined;
  if (!isTextList(revokedSids) || !isTextList(kids)) return undefined;
  if (!Array.isArray(subjects) || !subjects.every(isRevokedSubject)) return undefined;
  return { nowMs, revokedSids, subjects, kids };
}

function isRevokedSubject(value: unknown): value is RevokedSubject {
  if (!isRecord(value) || !isSubject(value.subject)) return false;
  if (!Number.isFinite(value.issuedBeforeS)) return false;
  return value.roles === undefined || (Array.isArray(value.roles) && value.roles.every(isRole));
}

function isRole(value: unknown): value is Role {
  return (ROLES as readonly unknown[]).includes(value);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isSubject);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
