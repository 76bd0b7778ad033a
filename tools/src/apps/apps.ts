import { join } from 'node:path';
import { projectRoot } from '../servers/project.js';

/**
 * The apps: the one list that npm start, the tests of the whole system, the drill and the benchmark
 * use. Their ports follow the gateway's in this order.
 */
export const APPS = [
  { name: 'api-gateway', database: undefined, commandQueue: undefined },
  { name: 'order-service', database: 'orders', commandQueue: 'order_commands' },
  { name: 'inventory-service', database: 'inventory', commandQueue: 'inventory_commands' },
  { name: 'payment-service', database: 'payments', commandQueue: 'payment_commands' },
  { name: 'orchestrator', database: 'orchestrator', commandQueue: undefined },
] as const;

/** The apps that others call by HTTP, and the variables that name their addresses. */
export const URL_VARIABLES = {
  ORCHESTRATOR_URL: 'orchestrator',
  INVENTORY_URL: 'inventory-service',
  ORDER_URL: 'order-service',
} as const satisfies Record<string, (typeof APPS)[number]['name']>;

export type App = (typeof APPS)[number];
export type AppName = App['name'];
export type DatabaseName = NonNullable<App['database']>;
type DatabaseOwner = Extract<App, { database: string }>;
export type Participant = Extract<App, { commandQueue: string }>;

export const APP_NAMES: readonly AppName[] = APPS.map(({ name }) => name);
/** The apps with a database. They use the broker, too. */
export const DATABASE_OWNERS: readonly DatabaseOwner[] = APPS.filter(
  (app): app is DatabaseOwner => app.database !== undefined,
);
export const DATABASES: readonly DatabaseName[] = DATABASE_OWNERS.map(({ database }) => database);
export const PARTICIPANTS: readonly Participant[] = APPS.filter(
  (app): app is Participant => app.commandQueue !== undefined,
);

export function appNamed(name: AppName): App {
  return APPS.find((app): app is App => app.name === name)!;
}

export function ownerOf(database: DatabaseName): DatabaseOwner {
  return DATABASE_OWNERS.find((app) => app.database === database)!;
}

export function appFolder(name: AppName): string {
  return join(projectRoot(), 'apps', name);
}

/** A file an app was built into. */
export function appFile(name: AppName, file = 'main.js'): string {
  return join(appFolder(name), 'dist', file);
}
