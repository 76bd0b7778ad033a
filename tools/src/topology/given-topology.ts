import { vhostUrl } from '@backstitch/launcher';
import { liftRedeliveryLimit } from '../start/redelivery-limit.js';
import { type Administrator, makeTopology } from './make-topology.js';
import { brokerTopology, givenPasswords } from './topology-plan.js';

/**
 * Makes the topology whose passwords the environment has. Answers the users, or undefined when it
 * has none of the passwords: then one user in one virtual host does everything. Throws when some
 * are missing.
 */
export async function makeGivenTopology(
  administrator: Administrator,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[] | undefined> {
  const eventQueues = (env.EVENT_QUEUES ?? '').split(',').map((queue) => queue.trim());
  const topology = brokerTopology('', eventQueues.filter(Boolean));
  const { passwords, missing } = givenPasswords(topology.users, env);
  if (passwords.size === 0) return undefined;
  if (missing.length > 0) {
    throw new Error(`Set the passwords of the users of the broker: ${missing.join(', ')}.`);
  }
  const queueType = env.QUEUE_TYPE === 'quorum' ? 'quorum' : 'classic';
  await makeTopology(administrator, { topology, passwords, queueType });
  const { managementUrl, amqpUrl } = administrator;
  for (const { name } of topology.vhosts) {
    await liftRedeliveryLimit(managementUrl, vhostUrl(amqpUrl, name));
  }
  return topology.users;
}
