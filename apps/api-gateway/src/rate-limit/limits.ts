import type { Verification } from '@backstitch/auth';

/** Requests a minute. 0 is no limit. */
export interface Limits {
  /** Of one address, all together. */
  readonly address: number;
  /** Of one address, without a valid token of a user or a machine. */
  readonly guest: number;
  /** Of one user, whatever roles it has. */
  readonly user: number;
  /** Of one client of the API. */
  readonly machine: number;
}

export type LimitKind = keyof Limits;

/**
 * The limit of a caller, besides that of its address. Everybody can have any number of guest tokens,
 * so they count for the address; so does a token that is refused. Pure.
 */
export function limitKindOf(verification: Verification): Exclude<LimitKind, 'address'> {
  if (verification.kind !== 'caller') return 'guest';
  const { kind } = verification.caller;
  return kind === 'user' || kind === 'machine' ? kind : 'guest';
}
