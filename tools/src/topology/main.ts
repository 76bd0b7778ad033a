/**
 * `pnpm broker:topology`: makes the virtual hosts, queues and users of a broker, or changes their
 * passwords. RABBITMQ_URL is of an administrator; RABBITMQ_MANAGEMENT_URL is where its API answers.
 */
import { reasonOf } from '@backstitch/database';
import { configuredAddresses, withoutPassword } from '../servers/configured-servers.js';
import { makeGivenTopology } from './given-topology.js';
import { brokerPasswordVariable, brokerTopology, vhostsVariable } from './topology-plan.js';

async function main(): Promise<string> {
  const { rabbitmqUrl, managementUrl } = configuredAddresses(process.env);
  const [amqpUrl = rabbitmqUrl] = rabbitmqUrl.split(',').map((url) => url.trim());
  const users = await makeGivenTopology({ managementUrl, amqpUrl }, process.env);
  if (!users) {
    const variables = brokerTopology().users.map(brokerPasswordVariable);
    throw new Error(`Set the passwords of the users of the broker: ${variables.join(', ')}.`);
  }
  return (
    `${withoutPassword(amqpUrl)}: ${users.join(', ')} have their passwords and rights\n` +
    `The orchestrator needs RABBITMQ_VHOSTS=${vhostsVariable()}`
  );
}

main().then(
  (line) => console.log(line),
  (error: unknown) => {
    console.error(reasonOf(error));
    process.exitCode = 1;
  },
);
