import {
  EventContracts,
  ORDER_EVENTS_EXCHANGE,
  type OrderCloudEvent,
} from '@backstitch/event-contracts';
import { topicConsumer } from '@backstitch/testkit';

/** Gets all events of orders in a virtual host, from now on, and checks them against their contracts. */
export async function eventConsumer(brokerUrl: string) {
  const contracts = new EventContracts();
  const received: OrderCloudEvent[] = [];
  const sizes: number[] = [];
  const problems: string[] = [];
  const consumer = await topicConsumer(brokerUrl, ORDER_EVENTS_EXCHANGE, (body) => {
    const events = JSON.parse(body.toString()) as unknown[];
    sizes.push(events.length);
    for (const event of events) {
      const checked = contracts.check(event);
      if (checked.kind === 'valid') received.push(checked.event);
      else problems.push(JSON.stringify(checked));
    }
  });
  return {
    received,
    /** How many events each message had. */
    sizes,
    problems,
    /** By order: the sequences in the order in which each came for the first time. */
    firstArrivals(): Map<string, number[]> {
      const arrivals = new Map<string, number[]>();
      for (const { subject, sequence } of received) {
        const sequences = arrivals.get(subject) ?? [];
        if (!sequences.includes(Number(sequence))) sequences.push(Number(sequence));
        arrivals.set(subject, sequences);
      }
      return arrivals;
    },
    close: () => consumer.close(),
  };
}

export type EventConsumer = Awaited<ReturnType<typeof eventConsumer>>;
