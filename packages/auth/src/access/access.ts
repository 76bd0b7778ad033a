import type { Access } from './access-row.js';

/** The kinds of access of the access table, named by what they protect. */

export const ANYONE: Access = { anyone: true };

export const APPS_ONLY: Access = { apps: true };

export const PLACE_ORDER: Access = {
  guest: 'own',
  roles: { customer: 'own', seller: 'own' },
  scopes: { 'checkout:write': 'own' },
};

export const READ_ORDER: Access = {
  guest: 'own',
  roles: { customer: 'own', seller: 'own', operator: 'all', admin: 'own', viewer: 'all' },
  scopes: { 'checkout:write': 'own', 'catalogue:write': 'own', 'orders:read': 'all' },
};

/** The shop cancels its own orders, and an admin every order. A machine cancels what it placed or sells. */
export const CANCEL_ORDER: Access = {
  guest: 'own',
  roles: { customer: 'own', seller: 'own', admin: 'all' },
  scopes: { 'checkout:write': 'own', 'catalogue:write': 'own' },
};

/** Those who sell products move the orders of them on, and an admin every order. */
export const PROGRESS_ORDER: Access = {
  roles: { seller: 'own', admin: 'all' },
  scopes: { 'catalogue:write': 'own' },
};

/** Those who sell products accept marketplace orders of them. */
export const SELL_ORDER: Access = {
  roles: { seller: 'own' },
  scopes: { 'catalogue:write': 'own' },
};

/** An open caller proves nothing, and a guest has one order: neither has a list. */
export const LIST_ORDERS: Access = {
  roles: { customer: 'own', seller: 'own', operator: 'all', admin: 'own', viewer: 'all' },
  scopes: { 'catalogue:write': 'own', 'orders:read': 'all' },
};

export const READ_SAGA: Access = {
  guest: 'own',
  roles: { customer: 'own', seller: 'own', operator: 'all', admin: 'own', viewer: 'all' },
  scopes: { 'checkout:write': 'own', 'orders:read': 'all', 'operations:read': 'all' },
};

export const OWN_ACCOUNT: Access = {
  roles: { customer: 'own', seller: 'own', operator: 'own', admin: 'own', viewer: 'own' },
};

export const OWN_CART: Access = { roles: { customer: 'own', seller: 'own' } };

export const WRITE_CATALOGUE: Access = {
  roles: { seller: 'own' },
  scopes: { 'catalogue:write': 'own' },
};

export const READ_OPERATIONS: Access = {
  roles: { operator: 'all', viewer: 'all' },
  scopes: { 'operations:read': 'all' },
  introspected: true,
};

export const ACT_ON_OPERATIONS: Access = {
  roles: { operator: 'all' },
  scopes: { 'operations:act': 'all' },
  stepUp: true,
  introspected: true,
};

export const ADMINISTER: Access = { roles: { admin: 'all' }, stepUp: true, introspected: true };
