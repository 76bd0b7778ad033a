import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgresPair, startRabbitCluster } from '@backstitch/tools';
import type { Servers, ServersPlan } from './servers.js';
import { StandbyDatabase } from './standby-database.js';

/** Three RabbitMQ nodes with quorum queues, and a PostgreSQL with a synchronous standby. */
export async function startClusterServers({ workplace, cleanup }: ServersPlan): Promise<Servers> {
  const { folder, keepData } = workplace;
  const hurry = { hurry: !keepData };
  const data = [join(folder, 'postgres'), join(folder, 'rabbitmq')] as const;
  cleanup.add("the servers' data", async () => {
    if (!keepData) for (const one of data) await rm(one, { recursive: true, force: true });
  });
  const starting = [
    startPostgresPair({ dataDir: data[0] }).then(async (pair) => {
      const database = await StandbyDatabase.over(pair);
      cleanup.add('PostgreSQL', () => database.end(hurry));
      return database;
    }),
    startRabbitCluster({ dataDir: data[1] }).then((brokers) => {
      cleanup.add('RabbitMQ', () => brokers.stop(hurry));
      return brokers;
    }),
  ] as const;
  await Promise.allSettled(starting); // also when one fails: what the other started must be ended
  const [database, brokers] = await Promise.all(starting);
  return {
    postgres: database,
    brokers: brokers.nodes,
    queueType: 'quorum',
    cluster: { database, brokers },
  };
}
