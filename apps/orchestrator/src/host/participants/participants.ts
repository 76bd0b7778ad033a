import { COMMAND_QUEUES, COMMANDS, newUuid } from '@backstitch/shared-types';
import type { Participant } from './participants.watch.js';

type Ask = (queue: string, pattern: string, data: unknown, timeoutMs: number) => Promise<unknown>;

const { order, inventory, payment } = COMMAND_QUEUES;

/** Whom a checkout needs. Each is asked by a question about nothing, through the queue of its commands. */
export function checkoutParticipants(ask: Ask): Participant[] {
  const nothing = () => ({ orderId: newUuid() });
  return [
    {
      queue: order,
      title: 'Orders are',
      ask: (timeoutMs) => ask(order, COMMANDS.orderGet, nothing(), timeoutMs),
    },
    {
      queue: inventory,
      title: 'The stock is',
      ask: (timeoutMs) => ask(inventory, COMMANDS.inventoryList, { limit: 1 }, timeoutMs),
    },
    {
      queue: payment,
      title: 'Payments are',
      ask: (timeoutMs) => ask(payment, COMMANDS.paymentGet, nothing(), timeoutMs),
    },
  ];
}
