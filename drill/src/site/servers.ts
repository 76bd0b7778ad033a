import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Cleanup,
  type RabbitCluster,
  startPrivatePostgres,
  startPrivateRabbit,
} from '@backstitch/tools';
import type { Workplace } from './workplace.js';
import type { BrokerServer, DatabaseServer } from './drilled-servers.js';
import type { StandbyDatabase } from './standby-database.js';

/** What the system stands on: a PostgreSQL and one or more nodes of a RabbitMQ of our own. */
export interface Servers {
  postgres: DatabaseServer;
  /** One, or the nodes of a cluster. */
  brokers: readonly BrokerServer[];
  /** Of the command queues, where it is not the apps' default. */
  queueType?: 'quorum';
  /** With --cluster: the same servers, as what they are together. */
  cluster?: ClusterServers;
}

/** What only faults of --cluster may do to the servers. */
export interface ClusterServers {
  readonly brokers: RabbitCluster;
  readonly database: StandbyDatabase;
}

export interface ServersPlan {
  workplace: Pick<Workplace, 'folder' | 'keepData'>;
  cleanup: Cleanup;
}

export async function startServers({ workplace, cleanup }: ServersPlan): Promise<Servers> {
  const { folder, keepData } = workplace;
  const removal = (dataDir: string) => (): Promise<void> | undefined =>
    keepData ? undefined : removeData(dataDir);
  const starting = [
    startPrivatePostgres({ dataDir: join(folder, 'postgres') }).then((postgres) => {
      cleanup.add("PostgreSQL's data", removal(postgres.dataDir));
      cleanup.add('PostgreSQL', () => postgres.stop({ hurry: !keepData }));
      return postgres;
    }),
    startPrivateRabbit({ dataDir: join(folder, 'rabbitmq') }).then((rabbit) => {
      cleanup.add("RabbitMQ's data", removal(rabbit.dataDir));
      cleanup.add('RabbitMQ', () => rabbit.stop({ hurry: true }));
      return rabbit;
    }),
  ] as const;
  await Promise.allSettled(starting); // also when one fails: what the other started must be ended
  const [postgres, rabbit] = await Promise.all(starting);
  return { postgres, brokers: [rabbit] };
}

/** Removes what a server wrote, wherever it had to put it. */
async function removeData(dataDir: string): Promise<void> {
  await rm(dataDir, { recursive: true, force: true });
  await rm(`${dataDir}.wished`, { force: true });
}
