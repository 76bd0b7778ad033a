import type { Caller, Role } from '../caller.js';

/** What identity-service has taken back, as its answer to edge-sync says. */
export interface Revoked {
  /** Sessions that have ended: tokens with this `sid` are refused. */
  readonly sids: readonly string[];
  /** Users, machines and guests, by `sub`. */
  readonly subjects: readonly RevokedSubject[];
}

export interface RevokedSubject {
  readonly subject: string;
  /** Tokens issued before this second are concerned. */
  readonly issuedBeforeS: number;
  /** The tokens lose all other roles, and get no new ones. Without it, the tokens are refused. */
  readonly roles?: readonly Role[];
}

interface Entry {
  readonly endsAtMs: number;
}

type SubjectEntry = Entry & Omit<RevokedSubject, 'subject'>;

/** The longest life of a token of identity-service, the clock skew, and a minute. */
const KEPT_MS = 11.5 * 60_000;

/**
 * Revocations of the tokens of identity-service, kept for as long as such a token lives. Times are
 * of one monotonic clock, in ms. Pure.
 */
export class Revocations {
  private readonly sids = new Map<string, Entry>();
  private readonly subjects = new Map<string, SubjectEntry>();

  get size(): number {
    return this.sids.size + this.subjects.size;
  }

  add({ sids, subjects }: Revoked, nowMs: number): void {
    this.removeEnded(nowMs);
    const endsAtMs = nowMs + KEPT_MS;
    // Removed first, so that both maps stay in the order of their ends.
    for (const sid of sids) {
      this.sids.delete(sid);
      this.sids.set(sid, { endsAtMs });
    }
    for (const { subject, ...entry } of subjects) {
      this.subjects.delete(subject);
      this.subjects.set(subject, { ...entry, endsAtMs });
    }
  }

  /** The caller as it is now: unchanged, or with fewer roles. Undefined when it was revoked. */
  apply(caller: Caller, issuedAtS: number): Caller | undefined {
    if (this.size === 0) return caller;
    if (caller.sid !== undefined && this.sids.has(caller.sid)) return undefined;
    const entry = this.subjects.get(caller.subject);
    if (!entry || issuedAtS >= entry.issuedBeforeS) return caller;
    const { roles } = entry;
    return roles && { ...caller, roles: caller.roles.filter((role) => roles.includes(role)) };
  }

  private removeEnded(nowMs: number): void {
    for (const entries of [this.sids, this.subjects]) {
      for (const [key, { endsAtMs }] of entries) {
        if (endsAtMs > nowMs) break;
        entries.delete(key);
      }
    }
  }
}
