/** The command queues and the patterns that they serve. All apps declare this one topology. */
export const COMMAND_QUEUES = {
  order: 'order_commands',
  inventory: 'inventory_commands',
  payment: 'payment_commands',
} as const;

export type CommandQueue = (typeof COMMAND_QUEUES)[keyof typeof COMMAND_QUEUES];

export const COMMANDS = {
  orderCreate: 'order.create',
  orderConfirm: 'order.confirm',
  orderCancel: 'order.cancel',
  orderGet: 'order.get',
  orderPlace: 'order.place',
  orderAdvance: 'order.advance',
  orderProgress: 'order.progress',
  orderBeginCancel: 'order.begin-cancel',
  orderEndCancel: 'order.end-cancel',
  inventoryReserve: 'inventory.reserve',
  inventoryRelease: 'inventory.release',
  inventoryCommit: 'inventory.commit',
  inventoryExtend: 'inventory.extend',
  inventoryReturn: 'inventory.return',
  inventoryList: 'inventory.list',
  paymentProcess: 'payment.process',
  paymentRefund: 'payment.refund',
  paymentGet: 'payment.get',
  paymentOpen: 'payment.open',
  paymentPay: 'payment.pay',
  paymentClose: 'payment.close',
  paymentReturn: 'payment.return',
} as const;

export type CommandPattern = (typeof COMMANDS)[keyof typeof COMMANDS];

/** Queries: commands that change nothing. A sender needs no saga for them. */
const READS: ReadonlySet<string> = new Set([
  COMMANDS.orderGet,
  COMMANDS.inventoryList,
  COMMANDS.paymentGet,
]);

/** True for every pattern that may change data, including unknown patterns. */
export function changesSomething(pattern: string): boolean {
  return !READS.has(pattern);
}

/** The queue of the dead letters of a queue, with their reasons and original bytes. */
export function deadLetterQueueOf(queue: string): string {
  return `${queue}.dead`;
}

/** Where payment-service tells sagas what came of their payments, until they act on it. */
export const SIGNAL_QUEUE = 'orchestrator_signals';
export const SAGA_SIGNAL = 'saga.signal';

/** What a saga is told of its payment. The id is always the same: told again, it has no effect. */
export const PAYMENT_SIGNALS = {
  /** An attempt was charged. */
  paid: { id: 'payment:paid', name: 'paid' },
  /** The last attempt was declined. */
  exhausted: { id: 'payment:exhausted', name: 'exhausted' },
} as const;

/** A message of the signal queue. */
export interface SagaSignalPacket {
  pattern: typeof SAGA_SIGNAL;
  data: { sagaId: string; id: string; name: string };
}
