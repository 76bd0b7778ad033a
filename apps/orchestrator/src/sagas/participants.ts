import {
  COMMAND_QUEUES,
  COMMANDS,
  newUuid,
  PAYMENT_SIGNALS,
  SIGNAL_QUEUE,
} from '@backstitch/shared-types';
import type { SagaParticipant } from '../host/registry/registered-saga.js';

const ofNoOrder = () => ({ orderId: newUuid() });

/** The services of the shop. A saga lists those that its commands go to. */
export const ORDERS: SagaParticipant = {
  queue: COMMAND_QUEUES.order,
  title: 'Orders are',
  query: { pattern: COMMANDS.orderGet, data: ofNoOrder },
};

export const STOCK: SagaParticipant = {
  queue: COMMAND_QUEUES.inventory,
  title: 'The stock is',
  query: { pattern: COMMANDS.inventoryList, data: () => ({ limit: 1 }) },
};

export const PAYMENTS: SagaParticipant = {
  queue: COMMAND_QUEUES.payment,
  title: 'Payments are',
  query: { pattern: COMMANDS.paymentGet, data: ofNoOrder },
  signals: {
    queue: SIGNAL_QUEUE,
    names: Object.values(PAYMENT_SIGNALS).map(({ name }) => name),
  },
};
