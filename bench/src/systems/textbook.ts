import { vhostUrl } from '@backstitch/launcher';
import { freePorts } from '@backstitch/tools';
import { installedVersions, installPeer } from './install-peer.js';
import { readLedgers } from './ledgers.js';
import { makePeerDatabases, peerEnvironment } from './peer.js';
import type { Site } from './site.js';
import type { System } from './system.js';
import { startProcess } from './system-process.js';

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
  const cwd = await installPeer({ name: 'textbook', build: ['npx', 'tsc', '-p', '.'], say });
  const databases = await makePeerDatabases(site, 'textbook');
  cleanup.add("the textbook's queues", () => servers.management.dropVhost(VHOST));
  await servers.management.dropVhost(VHOST);
  await servers.management.makeVhost(VHOST);

  const [orchestratorPort, gatewayPort] = (await freePorts(2)) as [number, number];
  const processes = PROCESSES.map(({ name, parameters }, index) => {
    const port = name === 'gateway' ? gatewayPort : orchestratorPort;
    return startProcess(site, {
      name: `textbook ${name}`,
      parameters: [...(site.nodeFlags?.(index, name) ?? []), ...parameters],
      cwd,
      env: {
        ...peerEnvironment(site, databases, port),
        RABBITMQ_URL: vhostUrl(servers.rabbitmqUrl, VHOST),
        ORCHESTRATOR_URL: `http://127.0.0.1:${orchestratorPort}`,
      },
      logName: `textbook-${name}`,
    });
  });
  return {
    name: 'textbook',
    description: `five processes: ${installedVersions(cwd, VERSIONS)}`,
    checkoutUrl: `http://127.0.0.1:${gatewayPort}/api/checkout`,
    processes: { apps: processes },
    usesBroker: true,
    ledgers: () => readLedgers(databases),
  };
}
