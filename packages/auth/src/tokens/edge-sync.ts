import { isSubject, ROLES, type Role } from '../caller.js';
import type { Revoked, RevokedSubject } from './revocations.js';

/** POST of identity-service, signed by the gateway, once a second. */
export const EDGE_SYNC_PATH = '/internal/edge-sync';

/** What a gateway sends. */
export interface EdgeSyncRequest {
  /** The instance id of the gateway. */
  readonly gateway: string;
  /** The `cursor` of the last answer; without one, everything that still matters is sent. */
  readonly after?: string;
}

/** What identity-service answers: what changed after the cursor. */
export interface EdgeSyncAnswer {
  readonly cursor: string;
  readonly revoked: Revoked;
  /** A signing key was added, or revoked: read the keys now. */
  readonly keysChanged: boolean;
}

/** An answer that was read from JSON; undefined for what is none. Pure. */
export function readEdgeSyncAnswer(value: unknown): EdgeSyncAnswer | undefined {
  if (!isRecord(value) || !isRecord(value.revoked)) return undefined;
  const { cursor, keysChanged } = value;
  const { sids, subjects } = value.revoked;
  if (typeof cursor !== 'string' || typeof keysChanged !== 'boolean') return undefined;
  if (!Array.isArray(sids) || !sids.every(isSubject)) return undefined;
  if (!Array.isArray(subjects) || !subjects.every(isRevokedSubject)) return undefined;
  return { cursor, keysChanged, revoked: { sids, subjects } };
}

function isRevokedSubject(value: unknown): value is RevokedSubject {
  if (!isRecord(value) || !isSubject(value.subject)) return false;
  if (!Number.isFinite(value.issuedBeforeS)) return false;
  return value.roles === undefined || (Array.isArray(value.roles) && value.roles.every(isRole));
}

function isRole(value: unknown): value is Role {
  return (ROLES as readonly unknown[]).includes(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
