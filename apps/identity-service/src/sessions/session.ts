import type { Account } from '../accounts/account.js';

/** How a person proved who they are (RFC 8176). */
export type AuthenticationMethod = 'pwd' | 'otp';

/** A live session with its account. */
export interface LiveSession {
  sid: string;
  authTimeMs: number;
  amr: AuthenticationMethod[];
  account: Account;
}

/** Why a session ended; stored. */
export type EndReason =
  | 'logout'
  | 'reuse'
  | 'ended by its owner'
  | 'password changed'
  | 'password reset'
  | 'e-mail changed'
  | 'account changed';

/** A session as its owner sees it. */
export interface SessionView {
  id: string;
  createdAt: string;
  usedAt: string;
  current: boolean;
}
