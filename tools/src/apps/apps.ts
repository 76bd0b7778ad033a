import { join } from 'node:path';
import { projectRoot } from '../servers/project.js';

const SERVES_SAGAS = { usesBroker: true, instances: 'many' } as const;
const WITHOUT_BROKER = { usesBroker: false, commandQueue: undefined, instances: 'one' } as const;

/**
 * The apps: the one list that npm start, the tests of the whole system, the drill and the benchmark
 * use. The port of an app is the gateway's and its offset. Where a system has several instances of
 * its apps, it has one gateway and one identity-service all the same.
 */
export const APPS = [
  { name: 'api-gateway', portOffset: 0, database: undefined, ...WITHOUT_BROKER },
  {
    name: 'order-service',
    portOffset: 1,
    database: 'orders',
    commandQueue: 'order_commands',
    ...SERVES_SAGAS,
  },
  {
    name: 'inventory-service',
    portOffset: 2,
    database: 'inventory',
    commandQueue: 'inventory_commands',
    ...SERVES_SAGAS,
  },
  {
    name: 'payment-service',
    portOffset: 3,
    database: 'payments',
    commandQueue: 'payment_commands',
    ...SERVES_SAGAS,
  },
  {
    name: 'orchestrator',
    portOffset: 4,
    database: 'orchestrator',
    commandQueue: undefined,
    ...SERVES_SAGAS,
  },
  { name: 'identity-service', portOffset: 6, database: 'identity', ...WITHOUT_BROKER },
] as const;

/** How many ports the apps take, from the gateway's on; some of them are free. */
export const PORT_SPAN = 1 + Math.max(...APPS.map(({ portOffset }) => portOffset));

/** The apps that others call by HTTP, and the variables that name their addresses. */
export const URL_VARIABLES = {
  ORCHESTRATOR_URL: 'orchestrator',
  INVENTORY_URL: 'inventory-service',
  IDENTITY_URL: 'identity-service',
} as const satisfies Record<string, (typeof APPS)[number]['name']>;

export type App = (typeof APPS)[number];
export type AppName = App['name'];
export type DatabaseName = NonNullable<App['database']>;
type DatabaseOwner = Extract<App, { database: string }>;
type BrokerUser = Extract<App, { usesBroker: true }>;
/** A database that sagas write. */
export type SagaDatabaseName = BrokerUser['database'];
export type Participant = Extract<App, { commandQueue: string }>;

export const APP_NAMES: readonly AppName[] = APPS.map(({ name }) => name);
/** The apps with a database. */
export const DATABASE_OWNERS: readonly DatabaseOwner[] = APPS.filter(
  (app): app is DatabaseOwner => app.database !== undefined,
);
export const DATABASES: readonly DatabaseName[] = DATABASE_OWNERS.map(({ database }) => database);
/** The apps that serve sagas: the orchestrator and the participants. Each has a database, too. */
export const BROKER_USERS: readonly BrokerUser[] = APPS.filter(
  (app): app is BrokerUser => app.usesBroker,
);
/** Their databases: amounts in one currency, and what `pnpm reconcile` compares. */
export const SAGA_DATABASES: readonly SagaDatabaseName[] = BROKER_USERS.map(
  ({ database }) => database,
);
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
