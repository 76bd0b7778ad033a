import { DEVELOPMENT_ISSUER } from '@backstitch/shared-types';
import { freePorts } from '../servers/ports.js';
import { APPS, type App, type DatabaseName, PARTICIPANTS, URL_VARIABLES } from './apps.js';

/** One process of a system, and where it listens. */
export interface PlacedApp {
  app: App;
  /** "orchestrator-2" */
  name: string;
  port: number;
  metricsPort: number;
  url: string;
  metricsUrl: string;
}

/** Where the processes of a system find each other and their servers. */
export interface SystemAddresses {
  databaseUrl: (database: DatabaseName) => string;
  rabbitmqUrl: string;
}

/** Free places for apps [all]: so many of each app that is there several times. */
export async function placeApps(instances = 1, apps: readonly App[] = APPS): Promise<PlacedApp[]> {
  const wanted = apps.flatMap((app) =>
    Array.from({ length: app.instances === 'many' ? instances : 1 }, (_, index) => ({
      app,
      name: `${app.name}-${index + 1}`,
    })),
  );
  const ports = await freePorts(2 * wanted.length);
  return wanted.map((one, index) => {
    const [port, metricsPort] = [ports[2 * index]!, ports[2 * index + 1]!];
    const [url, metricsUrl] = [port, metricsPort].map((each) => `http://127.0.0.1:${each}`);
    return { ...one, port, metricsPort, url: url!, metricsUrl: metricsUrl! };
  });
}

/** What the process at a place must be told of the system that it belongs to. */
export function addressVariables(
  { app, port, metricsPort }: PlacedApp,
  all: readonly PlacedApp[],
  { databaseUrl, rabbitmqUrl }: SystemAddresses,
): Record<string, string> {
  const addresses = Object.entries(URL_VARIABLES).flatMap(([variable, name]) => {
    const instances = all.filter((one) => one.app.name === name);
    return instances.length > 0 ? [[variable, instances.map(({ url }) => url).join(',')]] : [];
  });
  return {
    HOST: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    ...(Object.fromEntries(addresses) as Partial<Record<keyof typeof URL_VARIABLES, string>>),
    ISSUER: DEVELOPMENT_ISSUER,
    ...operatedApps(all),
    ...(app.name === 'identity-service' && pagesAt(all)),
    ...(app.database && { DB_URL: databaseUrl(app.database) }),
    ...(app.usesBroker && { RABBITMQ_URL: rabbitmqUrl }),
  };
}

/**
 * The instances whose chaos knobs can be set, once the apps have an OPS_TOKEN, and those of the
 * other apps, which operators see, too.
 */
function operatedApps(all: readonly PlacedApp[]): Record<string, string> {
  const names: readonly string[] = PARTICIPANTS.map(({ name }) => name);
  const urlsOf = (isOperated: boolean) =>
    all.filter(({ app }) => names.includes(app.name) === isOperated).map((one) => one.metricsUrl);
  const [operated, watched] = [urlsOf(true), urlsOf(false)];
  return {
    ...(operated.length > 0 && { OPERATED_APPS: operated.join(',') }),
    ...(watched.length > 0 && { WATCHED_APPS: watched.join(',') }),
  };
}

/** The gateway serves the pages, which may send the refresh cookie. */
function pagesAt(all: readonly PlacedApp[]): Record<string, string> {
  const gateway = all.find(({ app }) => app.name === 'api-gateway');
  return gateway ? { PAGES_URL: gateway.url } : {};
}
