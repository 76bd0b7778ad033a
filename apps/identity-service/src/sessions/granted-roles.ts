import type { Role } from '../accounts/account.js';
import type { AuthenticationMethod } from './session.js';

/** Roles that a password alone does not give. */
const NEED_OTP: readonly Role[] = ['operator', 'admin'];

/**
 * The roles that a session gives, of those of its account. Without a one-time password an operator
 * or admin has the rights of an account without that role: enough to add an authenticator. Pure.
 */
export function grantedRoles(roles: readonly Role[], amr: readonly AuthenticationMethod[]): Role[] {
  return roles.filter((role) => amr.includes('otp') || !NEED_OTP.includes(role));
}
