import { join } from 'node:path';
import { isIP } from 'node:net';
import { commaList, metricsPortBeside } from '@backstitch/service-kit/variables';
import { DEVELOPMENT_ISSUER } from '@backstitch/shared-types';
import {
  type App,
  APPS,
  appFolder,
  appNamed,
  PARTICIPANTS,
  PORT_SPAN,
  URL_VARIABLES,
} from '../apps/apps.js';
import { type DatabaseUsers, singleUser } from '../roles/database-users.js';
import type { ServerAddresses } from '../servers/configured-servers.js';
import { environmentFor } from './app-variables.js';

export const USUAL_PORT = 3000;

/** PORT as the gateway's port, 0 for "any free ones"; or what is wrong with it, in words. */
export function gatewayPort(text: string | undefined): number | { wrong: string } {
  if (!text) return USUAL_PORT;
  const last = 65_535 - (PORT_SPAN - 1);
  if (/^\d{1,5}$/.test(text) && Number(text) <= last) return Number(text);
  return {
    wrong: `PORT is "${text}", which is no port from 1 to ${last}: it is the gateway's, and the other apps follow (+1 … +${PORT_SPAN - 1}).`,
  };
}

/**
 * METRICS_PORT as the gateway's; the others follow as they do with PORT. Not set: 1000 above PORT, or
 * any free one where PORT is any, too.
 */
export function gatewayMetricsPort(
  text: string | undefined,
  gateway: number,
  takesAny = false,
): number | { wrong: string } {
  const last = PORT_SPAN - 1;
  if (!text) return takesAny ? 0 : metricsPortBeside(gateway + last) - last;
  const port = gatewayPort(text);
  if (typeof port === 'object') return { wrong: port.wrong.replace('PORT is', 'METRICS_PORT is') };
  const distance = Math.abs(port - gateway);
  if (port === 0 || distance >= PORT_SPAN) return port;
  return {
    wrong: `METRICS_PORT is ${port}: the apps themselves listen there, from ${gateway} on.`,
  };
}

/** Where the apps of one `npm start` listen. */
export interface Places {
  /** The gateway's ports; the other apps' follow. */
  gateway: number;
  metrics: number;
  /** As HOST spells it: one address, or a comma-separated list. */
  host: string;
}

/**
 * What an app finds in its environment: of the variables given to the command those that it reads,
 * with its own ports and database in place of the command's (one PORT or DB_URL cannot be true for
 * all of them).
 */
export function appEnvironment(
  app: App,
  places: Places,
  servers: Pick<ServerAddresses, 'databaseServerUrl' | 'rabbitmqUrl'> & { users?: DatabaseUsers },
  given: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const users = servers.users ?? singleUser(servers.databaseServerUrl);
  const { DB_URL: _one, DB_URL_FILE: _file, RABBITMQ_URL_FILE: _other, ...rest } = given;
  return environmentFor(app.name, {
    ...rest,
    ...appAddresses(places, rest),
    ...issuerOf(rest),
    MAIL_FOLDER: mailFolder(rest),
    PAGES_URL: rest.PAGES_URL || pageUrl(places),
    OPERATED_APPS: rest.OPERATED_APPS || appsOnMetricsPort(PARTICIPANTS, places, rest),
    WATCHED_APPS: rest.WATCHED_APPS || appsOnMetricsPort(OTHERS, places, rest),
    DEMO_ACCOUNTS: rest.DEMO_ACCOUNTS || (rest.NODE_ENV === 'production' ? 'off' : 'on'),
    HOST: places.host,
    PORT: String(portOf(app, places.gateway)),
    METRICS_PORT: String(portOf(app, places.metrics)),
    RABBITMQ_URL: servers.rabbitmqUrl,
    ...(app.database && { DB_URL: users.app(app.database) }),
  });
}

/** The gateway and identity-service must have the same. Production is told its own. */
function issuerOf({ ISSUER: told, NODE_ENV }: NodeJS.ProcessEnv): { ISSUER?: string } {
  return told || NODE_ENV === 'production' ? {} : { ISSUER: DEVELOPMENT_ISSUER };
}

/** Where identity-service writes e-mails when it has no mail server. */
export function mailFolder({ MAIL_FOLDER: told }: NodeJS.ProcessEnv): string {
  return told?.trim() || join(appFolder('identity-service'), 'mail');
}

/** The gateway, as a browser on this machine names it. */
function pageUrl({ host, gateway }: Places): string {
  const reached = reachableHost(host);
  return `http://${reached === '127.0.0.1' ? 'localhost' : reached}:${gateway}`;
}

/** Where the apps are that others call, unless the command was told. */
function appAddresses(places: Places, given: NodeJS.ProcessEnv): Record<string, string> {
  const host = reachableHost(places.host);
  const missing = Object.entries(URL_VARIABLES).filter(
    ([variable]) => !given[variable] && !given[`${variable}_FILE`],
  );
  return Object.fromEntries(
    missing.map(([variable, name]) => {
      return [variable, `http://${host}:${portOf(appNamed(name), places.gateway)}`];
    }),
  );
}

/** The apps without chaos knobs; operators see how they are, too. */
const OTHERS = APPS.filter(({ commandQueue }) => commandQueue === undefined);

/** Where these apps are on METRICS_PORT. */
function appsOnMetricsPort(
  apps: readonly App[],
  { metrics }: Places,
  { METRICS_HOST }: NodeJS.ProcessEnv,
): string {
  const host = reachableHost(METRICS_HOST);
  return apps.map((app) => `http://${host}:${portOf(app, metrics)}`).join(',');
}

/** An app's port, where the gateway's is this one. */
export function portOf(app: App, gateway: number): number {
  return gateway + app.portOffset;
}

/** Where an app that listens on one address or several is reached from this machine, as in a URL. */
export function reachableHost(host: string | undefined): string {
  const [first = ''] = commaList(host ?? '');
  if (first === '' || first === '0.0.0.0' || first === '::') return '127.0.0.1';
  return isIP(first) === 6 ? `[${first}]` : first;
}
