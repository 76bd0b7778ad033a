import type { AccountRole } from './account-roles.js';

/**
 * The `iss` of the tokens of identity-service outside production, whatever its port is: the ids of
 * callers contain it, and stay the same on another port.
 */
export const DEVELOPMENT_ISSUER = 'http://localhost:3006';

/** An account that everybody knows. It exists outside production only. */
export interface DemoAccount {
  id: string;
  email: string;
  password: string;
  name: string;
  roles: readonly AccountRole[];
  /** Of its authenticator, in base 32; without one there is no second factor. */
  totpSecret?: string;
}

const SELLER: DemoAccount = {
  id: 'dec58871-1f45-496d-b554-b0c20772323f',
  email: 'seller@demo.example',
  password: 'demo-seller-password',
  name: 'Demo Seller',
  roles: ['customer', 'seller'],
};

/** The ids and passwords are part of the demo: documents, the catalogue and tests name them. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  {
    id: 'cbd92a2c-c84d-4427-b343-de40be301be3',
    email: 'shopper@demo.example',
    password: 'demo-shopper-password',
    name: 'Demo Shopper',
    roles: ['customer'],
  },
  SELLER,
  {
    id: 'cef83371-2c0e-4945-a455-78c31bf76b57',
    email: 'operator@demo.example',
    password: 'demo-operator-password',
    name: 'Demo Operator',
    roles: ['operator'],
    totpSecret: '7XYBYXOWML4EDC4GK6NT2P3I5QJBYGLB',
  },
  {
    id: '0f3ff2a2-4b49-4e8a-a4ba-971a210a76f7',
    email: 'admin@demo.example',
    password: 'demo-admin-password',
    name: 'Demo Admin',
    roles: ['admin'],
    totpSecret: 'KL6QSO4DIVGTK2EW3XY2QZGC35FRE77B',
  },
];

/** The caller that sells the demo products: the demo seller. */
export const DEMO_SELLER_ID = `u:${DEVELOPMENT_ISSUER}:${SELLER.id}`;
