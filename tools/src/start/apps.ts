import { join } from 'node:path';
import { databaseUrl, type ServerAddresses } from '../servers/configured-servers.js';
import { projectRoot } from '../servers/project.js';

/** The five apps. Their ports follow the gateway's in this order. */
export const APPS = [
  { name: 'api-gateway', database: undefined },
  { name: 'order-service', database: 'orders' },
  { name: 'inventory-service', database: 'inventory' },
  { name: 'payment-service', database: 'payments' },
  { name: 'orchestrator', database: 'orchestrator' },
] as const;

export type App = (typeof APPS)[number];
export type AppName = App['name'];

export const USUAL_PORT = 3000;
const ORCHESTRATOR_OFFSET = APPS.findIndex(({ name }) => name === 'orchestrator');

/** A file an app was built into. */
export function appFile(name: AppName, file: string): string {
  return join(projectRoot(), 'apps', name, 'dist', file);
}

/** PORT as the gateway's port, 0 for "any free ones"; or what is wrong with it, in words. */
export function gatewayPort(text: string | undefined): number | { wrong: string } {
  if (!text) return USUAL_PORT;
  const last = 65_535 - (APPS.length - 1);
  if (/^\d{1,5}$/.test(text) && Number(text) <= last) return Number(text);
  return {
    wrong: `PORT is "${text}", which is no port from 1 to ${last}: it is the gateway's, and the other apps follow (+1 … +${APPS.length - 1}).`,
  };
}

/**
 * What an app finds in its environment: the variables given to the command, with its own port and
 * database in place of the command's (one PORT or DB_URL cannot be true for all five).
 */
export function appEnvironment(
  app: App,
  gateway: number,
  servers: Pick<ServerAddresses, 'databaseServerUrl' | 'rabbitmqUrl'>,
  given: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const { DB_URL: _one, ...rest } = given;
  return {
    ORCHESTRATOR_URL: `http://127.0.0.1:${gateway + ORCHESTRATOR_OFFSET}`,
    ...rest,
    PORT: String(portOf(app, gateway)),
    RABBITMQ_URL: servers.rabbitmqUrl,
    ...(app.database && { DB_URL: databaseUrl(servers.databaseServerUrl, app.database) }),
  };
}

export function portOf(app: App, gateway: number): number {
  return gateway + APPS.indexOf(app);
}

/** Where a listening app is reached from this machine. */
export function reachableHost(host: string | undefined): string {
  return !host || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}
