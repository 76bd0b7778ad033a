import { askManagement, putManagement } from '../servers/rabbit-management.js';

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
  const overview = await askManagement<{ rabbitmq_version?: string }>(
    managementUrl,
    amqpUrl,
    '/api/overview',
  );
  if (!overview?.rabbitmq_version) throw new Error(`no management API answers at ${managementUrl}`);
  if (Number.parseInt(overview.rabbitmq_version, 10) < 4) return false;
  const vhost = decodeURIComponent(new URL(amqpUrl).pathname.slice(1)) || '/';
  const path = `/api/policies/${encodeURIComponent(vhost)}/backstitch-unlimited-redelivery`;
  if (await putManagement(managementUrl, amqpUrl, path, POLICY)) return true;
  throw new Error(`the policy for redeliveries was refused by the broker at ${managementUrl}`);
}
