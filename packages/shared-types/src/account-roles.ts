/** What an account may be. */
export const ACCOUNT_ROLES = ['customer', 'seller', 'operator', 'admin', 'viewer'] as const;
export type AccountRole = (typeof ACCOUNT_ROLES)[number];

/** What a machine may be allowed to do. */
export const MACHINE_SCOPES = [
  'checkout:write',
  'orders:read',
  'catalogue:write',
  'operations:read',
  'operations:act',
  'metrics:read',
] as const;
export type MachineScope = (typeof MACHINE_SCOPES)[number];
