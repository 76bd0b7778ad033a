import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { databaseUrl, USUAL } from '../servers/configured-servers.js';
import { removeLostData } from '../servers/data-folder.js';
import { findPostgres, findRabbit, wipePrivateData } from '../servers/find-servers.js';
import { identityOf } from '../servers/process-identity.js';
import { ProcessLedger } from '../servers/process-ledger.js';
import { stateFolder } from '../servers/project.js';
import type { StopServer } from '../servers/server-restarter.js';

const PREFIX = 'test-';

/** A PostgreSQL and a RabbitMQ for this run only, on unused ports; they are removed afterwards. */
export class TestServers {
  readonly folder = join(stateFolder(), `${PREFIX}${process.pid}`);
  private readonly stops: StopServer[] = [];

  constructor(private readonly say: (line: string) => void) {
    mkdirSync(this.folder, { recursive: true, mode: 0o711 }); // the servers' accounts must pass
  }

  /** What a run that was killed left behind: processes first, then their files. */
  async sweep(): Promise<void> {
    const ended = await new ProcessLedger().sweep();
    if (ended.length > 0) this.say(`ended processes of an earlier run: ${ended.join(', ')}`);
    removeLostData();
    for (const name of readdirSync(stateFolder())) {
      const pid = Number(name.slice(PREFIX.length));
      if (!name.startsWith(PREFIX) || pid === process.pid || identityOf(pid)) continue;
      await wipePrivateData(join(stateFolder(), name));
    }
  }

  /** Starts both; returns the variables that tell the tests where they are. */
  async start(): Promise<NodeJS.ProcessEnv> {
    const options = {
      configured: USUAL,
      given: { postgres: false, rabbit: false },
      privateOnly: true,
      home: this.folder,
      usualPorts: false,
      demoPasswords: false,
      fresh: false,
      say: this.say,
    };
    const keep = <Server extends { stop: StopServer; how: string }>(server: Server): Server => {
      this.stops.push(server.stop);
      this.say(server.how);
      return server;
    };
    const searches = [findPostgres(options).then(keep), findRabbit(options).then(keep)] as const;
    await Promise.allSettled(searches);
    const [postgres, rabbit] = await Promise.all(searches);
    return {
      TEST_POSTGRES_URL: databaseUrl(postgres.address, 'postgres'),
      TEST_RABBITMQ_URL: rabbit.address.rabbitmqUrl,
      TEST_RABBITMQ_MANAGEMENT_URL: rabbit.address.managementUrl,
    };
  }

  /** At once: this data is not needed again. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.stops.map((stop) => stop({ hurry: true })));
    await new ProcessLedger().sweep(); // what tests that were interrupted had started
    await wipePrivateData(this.folder);
  }
}
