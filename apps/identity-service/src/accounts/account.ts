import type { AccountRole } from '@backstitch/shared-types';

export type Role = AccountRole;

/** An account as its row says. */
export interface Account {
  id: string;
  email: string;
  emailVerifiedAt: Date | null;
  passwordHash: string;
  /** Another one after each change of the password; a better hash of it is no change. */
  passwordVersion: string;
  name: string;
  roles: Role[];
  status: 'active' | 'disabled';
  /** Too many log-ins failed: it takes no password until that is reset. */
  loginSuspendedAt: Date | null;
  createdAt: Date;
}

/** What its owner sees of an account. */
export interface Profile {
  id: string;
  email: string;
  emailVerified: boolean;
  name: string;
  roles: Role[];
  createdAt: string;
}

export function profileOf(account: Account): Profile {
  const { id, email, emailVerifiedAt, name, roles, createdAt } = account;
  const emailVerified = emailVerifiedAt !== null;
  return { id, email, emailVerified, name, roles, createdAt: createdAt.toISOString() };
}
