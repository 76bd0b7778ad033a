import { join } from 'node:path';
import { freePorts } from '@backstitch/tools';
import { benchFolder } from '../servers/bench-folder.js';
import { SystemDatabases } from '../servers/databases.js';
import { vhostUrl } from '../servers/rabbit-management.js';
import { BenchProcess } from './bench-process.js';
import { readBooks } from './books.js';
import { installPeer, installedVersions } from './install-peer.js';
import { makePeerTables } from './peer-tables.js';
import type { Site } from './site.js';
import type { System } from './system.js';

const VHOST = 'bench-textbook';
const VERSIONS = ['@nestjs/microservices', 'amqplib', 'drizzle-orm', 'pg'];
const PROCESSES = [
  { name: 'order', parameters: ['dist/services.js', 'order'] },
  { name: 'inventory', parameters: ['dist/services.js', 'inventory'] },
  { name: 'payment', parameters: ['dist/services.js', 'payment'] },
  { name: 'orchestrator', parameters: ['dist/orchestrator.js'] },
  { name: 'gateway', parameters: ['dist/gateway.js'] },
];

/** The same checkout as a careful NestJS user writes it from the framework's documentation. */
export async function startTextbook(site: Site): Promise<System> {
  const { servers, cleanup, say } = site;
  const home = await installPeer({ name: 'textbook', build: ['npx', 'tsc', '-p', '.'], say });
  const databases = new SystemDatabases(servers.databaseServerUrl, 'bench_textbook_');
  cleanup.add("the textbook's databases", () => databases.drop());
  await databases.recreate();
  cleanup.add("the textbook's queues", () => servers.management.dropVhost(VHOST));
  await servers.management.recreateVhost(VHOST);
  await makePeerTables(databases, site.products);

  const [orchestratorPort, gatewayPort] = (await freePorts(2)) as [number, number];
  const processes = PROCESSES.map(({ name, parameters }, index) => {
    const port = name === 'gateway' ? gatewayPort : orchestratorPort;
    const one = new BenchProcess({
      name: `textbook ${name}`,
      parameters: [...(site.nodeFlags?.(index, name) ?? []), ...parameters],
      cwd: home,
      env: {
        ...site.env,
        NODE_ENV: 'production',
        PORT: String(port),
        PG_BASE: servers.databaseServerUrl,
        DB_PREFIX: databases.prefix,
        RABBITMQ_URL: vhostUrl(servers.rabbitmqUrl, VHOST),
        ORCHESTRATOR_URL: `http://127.0.0.1:${orchestratorPort}`,
      },
      logFile: join(benchFolder('logs'), `textbook-${name}.log`),
      onDeath: (error) => site.stop.abort(error),
    });
    cleanup.add(`textbook ${name}`, () => one.end());
    return one;
  });
  return {
    name: 'textbook',
    description: `five processes: ${installedVersions(home, VERSIONS)}`,
    checkoutUrl: `http://127.0.0.1:${gatewayPort}/api/checkout`,
    processes: { apps: processes },
    usesBroker: true,
    books: () => readBooks(databases),
  };
}
