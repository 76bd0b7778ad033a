import type { Broker } from './broker.js';
import { consumerCounts } from './declare.js';
import { BrokerAway } from './errors.js';

/** How many consumers each queue has now, of whatever process. Throws when the broker is away. */
export async function consumersOf(broker: Broker, queues: readonly string[]): Promise<number[]> {
  const { current, why } = broker.consumeLink;
  if (!current) throw new BrokerAway(why ?? 'there is no connection');
  return consumerCounts(current, queues);
}
