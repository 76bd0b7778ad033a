import { describe, expect, it } from '@jest/globals';
import { ROLES } from '@backstitch/auth';
import { grantedRoles } from './granted-roles.js';

describe('the roles that a session gives', () => {
  it('are all of the account with a one-time password', () => {
    expect(grantedRoles(ROLES, ['pwd', 'otp'])).toEqual(ROLES);
  });

  it('are without operator and admin by a password alone', () => {
    expect(grantedRoles(ROLES, ['pwd'])).toEqual(['customer', 'seller', 'viewer']);
    expect(grantedRoles(['admin'], ['pwd'])).toEqual([]);
  });
});
