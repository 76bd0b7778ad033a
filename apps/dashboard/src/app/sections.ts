import type { Schemas } from './api.js';

export type Role = Schemas['ProfileAnswer']['roles'][number];

interface Section {
  to: '/' | '/orders' | '/seller/products' | '/ops';
  name: string;
  /** Absent: everybody. */
  roles?: readonly Role[];
}

export const SELLERS: readonly Role[] = ['seller'];
/** Who sees the operations. A viewer changes nothing. */
export const OPERATIONS: readonly Role[] = ['operator', 'viewer'];

const SECTIONS: readonly Section[] = [
  { to: '/', name: 'Shop' },
  { to: '/orders', name: 'Orders', roles: ['customer', 'seller'] },
  { to: '/seller/products', name: 'Sell', roles: SELLERS },
  { to: '/ops', name: 'Operations', roles: OPERATIONS },
];

/** The parts of the site that an account uses, for the navigation. Pure. */
export function sectionsFor(roles: readonly Role[]): Section[] {
  return SECTIONS.filter((section) => {
    return !section.roles || section.roles.some((role) => roles.includes(role));
  });
}
