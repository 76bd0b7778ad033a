import { ManagementClient } from '@backstitch/launcher';

const POLICY = {
  pattern: '_commands(\\.dead)?$',
  definition: { 'delivery-limit': -1 },
  'apply-to': 'quorum_queues',
  priority: 0,
};

/**
 * From version 4 on RabbitMQ removes a message from a quorum queue that was delivered more than 20 times,
 * and no queue of ours names another for such messages: a command would be lost while its service keeps
 * dying. A policy lifts the limit. Says whether that was needed; throws when the broker does not obey.
 */
export async function liftRedeliveryLimit(
  managementUrl: string,
  amqpUrl: string,
): Promise<boolean> {
  const client = new ManagementClient(managementUrl, amqpUrl);
  const overview = await client.overview().catch((cause: unknown) => {
    throw new Error(`no management API answers at ${managementUrl}`, { cause });
  });
  if (Number.parseInt(overview.rabbitmq_version, 10) < 4) return false;
  const vhost = decodeURIComponent(new URL(amqpUrl).pathname.slice(1)) || '/';
  const path = `/policies/${encodeURIComponent(vhost)}/backstitch-unlimited-redelivery`;
  await client.ask('PUT', path, POLICY).catch((cause: unknown) => {
    throw new Error(`the policy for redeliveries was refused by the broker at ${managementUrl}`, {
      cause,
    });
  });
  return true;
}
