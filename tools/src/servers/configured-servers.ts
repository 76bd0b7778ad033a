/** Where the servers are: all that apps, tests and `pnpm reconcile` need to know about them. */
export interface ServerAddresses {
  /** Host and credentials of all databases: `postgresql://user:password@host:port`. */
  databaseServerUrl: string;
  /** `amqp://user:password@host:port`, several separated by commas. */
  rabbitmqUrl: string;
  /** The management UI and API, without credentials. */
  managementUrl: string;
}

/** Those of the documents: they are public. */
export const DEMO_PASSWORDS = { postgres: '1111', rabbit: 'admin' };

export const USUAL: ServerAddresses = {
  databaseServerUrl: `postgresql://postgres:${DEMO_PASSWORDS.postgres}@localhost:5432`,
  rabbitmqUrl: `amqp://admin:${DEMO_PASSWORDS.rabbit}@localhost:5672`,
  managementUrl: 'http://localhost:15672',
};
export const USUAL_PORTS = { postgres: 5432, amqp: 5672, management: 15_672 };

/** What the environment names; else where the last `npm start` had its servers; else the usual place. */
export function configuredAddresses(
  env: NodeJS.ProcessEnv,
  remembered: Partial<ServerAddresses> = {},
): ServerAddresses {
  return {
    databaseServerUrl:
      env.DATABASE_SERVER_URL || remembered.databaseServerUrl || USUAL.databaseServerUrl,
    rabbitmqUrl: env.RABBITMQ_URL || remembered.rabbitmqUrl || USUAL.rabbitmqUrl,
    managementUrl:
      env.RABBITMQ_MANAGEMENT_URL ||
      (env.RABBITMQ_URL ? managementBeside(env.RABBITMQ_URL) : undefined) ||
      remembered.managementUrl ||
      USUAL.managementUrl,
  };
}

/** A broker's management UI is, unless told otherwise, on its host at its usual port. */
function managementBeside(rabbitmqUrl: string): string {
  const first = rabbitmqUrl.split(',')[0] ?? rabbitmqUrl;
  const host = URL.canParse(first) ? new URL(first).hostname : 'localhost';
  return `http://${host}:${USUAL_PORTS.management}`;
}

/** Whether an address may be shown as it is: its password stands in the documents. */
export function hasDemoPassword(url: string): boolean {
  return URL.canParse(url) && Object.values(DEMO_PASSWORDS).includes(new URL(url).password);
}

/** An address as it may be shown: without its password, wherever that stands in it. */
export function withoutPassword(urls: string): string {
  return urls
    .replaceAll(/(\/\/[^:@/]*):[^@/]*@/g, '$1@')
    .replaceAll(/([?&](?:password|pass|sslpassword)=)[^&,]*/gi, '$1…');
}

/** The address of one database on the server; whatever else the server's address says is kept. */
export function databaseUrl(databaseServerUrl: string, database: string): string {
  const url = new URL(databaseServerUrl);
  url.pathname = `/${database}`;
  return url.toString();
}
