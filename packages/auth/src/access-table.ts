import type { Access, AccessRow, App, Method } from './access/access-row.js';
import { APPS } from './access/access-row.js';
import {
  ACT_ON_OPERATIONS,
  ADMINISTER,
  ANYONE,
  APPS_ONLY,
  CANCEL_ORDER,
  LIST_ORDERS,
  OWN_ACCOUNT,
  OWN_CART,
  PLACE_ORDER,
  PROGRESS_ORDER,
  READ_OPERATIONS,
  READ_ORDER,
  READ_SAGA,
  SELL_ORDER,
  WRITE_CATALOGUE,
} from './access/access.js';

type Line = readonly [method: Method, route: string, access: Access, planned?: 'planned'];

/** Of every app, on PORT and on METRICS_PORT. Operators reach METRICS_PORT, and clients do not. */
const EVERY_APP: readonly Line[] = [
  ['GET', '/health/live', ANYONE],
  ['GET', '/health/ready', ANYONE],
  ['GET', '/health/dependencies', ANYONE],
  ['GET', '/health/state', ANYONE],
  ['GET', '/metrics', ANYONE],
  ['GET', '/problems/:code', ANYONE],
  // On METRICS_PORT; the route itself asks for OPS_TOKEN.
  ['GET', '/logs', APPS_ONLY],
];

/** The routes of identity-service. The gateway forwards them under the same addresses. */
const IDENTITY: readonly Line[] = [
  ['POST', '/api/auth/signup', ANYONE],
  ['POST', '/api/auth/login', ANYONE],
  ['POST', '/api/auth/guest', ANYONE],
  ['POST', '/api/auth/refresh', ANYONE],
  ['POST', '/api/auth/logout', ANYONE],
  ['POST', '/api/auth/token', ANYONE],
  ['POST', '/api/auth/password/forgot', ANYONE],
  ['POST', '/api/auth/password/reset', ANYONE],
  ['POST', '/api/auth/email/verify', ANYONE],
  ['POST', '/api/auth/email/resend', ANYONE],
  ['POST', '/api/auth/email/change', ANYONE],
  ['POST', '/api/auth/bootstrap', ANYONE],
  ['GET', '/api/me', OWN_ACCOUNT],
  ['PATCH', '/api/me', OWN_ACCOUNT],
  ['POST', '/api/me/password', OWN_ACCOUNT],
  ['POST', '/api/me/email', OWN_ACCOUNT],
  ['GET', '/api/me/sessions', OWN_ACCOUNT],
  ['DELETE', '/api/me/sessions/:id', OWN_ACCOUNT],
  ['POST', '/api/me/totp', OWN_ACCOUNT],
  ['POST', '/api/me/totp/confirm', OWN_ACCOUNT],
  ['POST', '/api/me/step-up', OWN_ACCOUNT],
  ['GET', '/api/admin/users', ADMINISTER],
  ['PATCH', '/api/admin/users/:id', ADMINISTER],
  ['POST', '/api/admin/users/:id/reset', ADMINISTER],
  ['GET', '/api/admin/clients', ADMINISTER],
  ['POST', '/api/admin/clients', ADMINISTER],
  ['DELETE', '/api/admin/clients/:id', ADMINISTER],
  ['GET', '/api/admin/events', ADMINISTER],
];

/** The catalogue; {prefix} is "/api" at the gateway and "" behind it. */
const products = (prefix: string): readonly Line[] => [
  ['GET', `${prefix}/menu`, ANYONE],
  ['POST', `${prefix}/products`, WRITE_CATALOGUE],
  ['PATCH', `${prefix}/products/:productId`, WRITE_CATALOGUE],
  ['DELETE', `${prefix}/products/:productId`, WRITE_CATALOGUE],
  ['POST', `${prefix}/products/:productId/restock`, WRITE_CATALOGUE],
  ['POST', `${prefix}/products/:productId/write-off`, WRITE_CATALOGUE],
];

const carts = (prefix: string): readonly Line[] => [
  ['GET', `${prefix}/carts/:userId`, OWN_CART],
  ['DELETE', `${prefix}/carts/:userId`, OWN_CART],
  ['PUT', `${prefix}/carts/:userId/items/:productId`, OWN_CART],
  ['DELETE', `${prefix}/carts/:userId/items/:productId`, OWN_CART],
];

/** Orders and their history, from order-service. */
const orders = (prefix: string): readonly Line[] => [
  ['GET', `${prefix}/orders`, LIST_ORDERS],
  ['GET', `${prefix}/orders/:orderId`, READ_ORDER],
  ['GET', `${prefix}/orders/:orderId/events`, READ_ORDER],
];

/** What people do to orders, by their sagas. */
const orderActions = (prefix: string): readonly Line[] => [
  ['POST', `${prefix}/orders`, PLACE_ORDER],
  ['POST', `${prefix}/orders/:orderId/confirm`, SELL_ORDER],
  ['POST', `${prefix}/orders/:orderId/reject`, SELL_ORDER],
  ['POST', `${prefix}/orders/:orderId/prepare`, PROGRESS_ORDER],
  ['POST', `${prefix}/orders/:orderId/ready`, PROGRESS_ORDER],
  ['POST', `${prefix}/orders/:orderId/fulfil`, PROGRESS_ORDER],
  ['POST', `${prefix}/orders/:orderId/cancel`, CANCEL_ORDER],
  ['POST', `${prefix}/orders/:orderId/pay`, PLACE_ORDER],
];

const operations = (prefix: string): readonly Line[] => [
  ['GET', `${prefix}/sagas`, READ_OPERATIONS],
  ['POST', `${prefix}/sagas/:sagaId/retry`, ACT_ON_OPERATIONS],
  ['POST', `${prefix}/sagas/:sagaId/resume`, ACT_ON_OPERATIONS],
  ['POST', `${prefix}/sagas/:sagaId/compensate`, ACT_ON_OPERATIONS],
  ['GET', `${prefix}/dead-letters`, READ_OPERATIONS],
  ['GET', `${prefix}/dead-letters/groups`, READ_OPERATIONS],
  ['GET', `${prefix}/dead-letters/:id`, READ_OPERATIONS],
  ['POST', `${prefix}/dead-letters/:id/replay`, ACT_ON_OPERATIONS],
  ['POST', `${prefix}/dead-letters/:id/discard`, ACT_ON_OPERATIONS],
  ['GET', `${prefix}/health`, READ_OPERATIONS],
  ['GET', `${prefix}/actions`, READ_OPERATIONS],
  ['POST', `${prefix}/previews`, ACT_ON_OPERATIONS],
  ['POST', `${prefix}/bulk`, ACT_ON_OPERATIONS],
  ['GET', `${prefix}/bulk/:bulkId`, READ_OPERATIONS],
  ['POST', `${prefix}/bulk/:bulkId/stop`, ACT_ON_OPERATIONS],
  ['GET', `${prefix}/chaos`, READ_OPERATIONS],
  ['PUT', `${prefix}/chaos/:knob`, ACT_ON_OPERATIONS],
  ['DELETE', `${prefix}/chaos`, ACT_ON_OPERATIONS],
  ['DELETE', `${prefix}/chaos/:knob`, ACT_ON_OPERATIONS],
];

const GATEWAY: readonly Line[] = [
  ['GET', '/api/products', ANYONE],
  ['POST', '/api/checkout', PLACE_ORDER],
  ['POST', '/api/cards', PLACE_ORDER],
  ['GET', '/api/checkout/orders/:orderId', READ_ORDER],
  ['GET', '/api/orders/:orderId/stream', READ_ORDER],
  ['GET', '/api/sagas/:sagaId', READ_SAGA],
  ['GET', '/api/sagas/:sagaId/events', READ_SAGA],
  ['GET', '/api/docs*', ANYONE],
  ['GET', '/api/site', ANYONE],
  ['GET', '/assets/*', ANYONE],
  ['GET', '/api/operations/sagas/:sagaId', READ_OPERATIONS],
  ['GET', '/api/operations/metrics', READ_OPERATIONS],
  ['GET', '/api/operations/logs', READ_OPERATIONS],
  ...IDENTITY,
  ...products('/api'),
  ...carts('/api'),
  ...orders('/api'),
  ...orderActions('/api'),
  ['POST', '/api/carts/:userId/checkout', OWN_CART],
  ...operations('/api/operations'),
];

const ORCHESTRATOR: readonly Line[] = [
  ['GET', '/products', ANYONE],
  ['POST', '/checkout', PLACE_ORDER],
  ['POST', '/checkout/batch', APPS_ONLY],
  ['GET', '/orders/:orderId', READ_ORDER],
  ['GET', '/sagas/:sagaId', READ_SAGA],
  ...orderActions(''),
  ['GET', '/sagas/:sagaId/events', READ_SAGA],
  ['GET', '/saga-metrics', READ_OPERATIONS],
  ['GET', '/log-lines', READ_OPERATIONS],
  ...operations(''),
];

const IDENTITY_SERVICE: readonly Line[] = [
  ...IDENTITY,
  ['POST', '/internal/edge-sync', APPS_ONLY],
  ['POST', '/internal/introspect', APPS_ONLY],
];

/** On METRICS_PORT, outside production. The route itself asks for OPS_TOKEN. */
const CHAOS: readonly Line[] = [['PUT', '/chaos', APPS_ONLY]];

/** Behind the gateway, and without a signature: the public keys, and what has a secret of its own. */
const UNSIGNED: Readonly<Partial<Record<App, readonly Line[]>>> = {
  'identity-service': [['GET', '/.well-known/jwks.json', ANYONE]],
  'order-service': CHAOS,
  'inventory-service': CHAOS,
  'payment-service': CHAOS,
};

/** The routes of each app besides those of EVERY_APP. */
const LINES: Readonly<Record<App, readonly Line[]>> = {
  'api-gateway': GATEWAY,
  orchestrator: ORCHESTRATOR,
  'order-service': [...carts(''), ...orders(''), ['PUT', '/orders/:orderId/delivery', PLACE_ORDER]],
  'inventory-service': [['GET', '/products', ANYONE], ...products('')],
  'payment-service': [],
  'identity-service': IDENTITY_SERVICE,
};

/**
 * Who may use which route: one row for each method and route of every app. A test compares it with
 * the routes that the apps register. An app refuses a route that has no row.
 */
export const ACCESS_TABLE: readonly AccessRow[] = APPS.flatMap((app) => [
  ...[...EVERY_APP, ...(UNSIGNED[app] ?? [])].map((line) => rowOf(app, line, false)),
  // Clients reach the gateway. Every other app serves what another app of ours has signed.
  ...LINES[app].map((line) => rowOf(app, line, app !== 'api-gateway')),
]);

function rowOf(app: App, [method, route, access, planned]: Line, signed: boolean): AccessRow {
  return { app, method, route, access, signed, ...(planned && { planned: true }) };
}
