/** The command queues and the patterns each of them serves: the one topology everybody declares. */
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
  inventoryReserve: 'inventory.reserve',
  inventoryRelease: 'inventory.release',
  inventoryCommit: 'inventory.commit',
  inventoryList: 'inventory.list',
  paymentProcess: 'payment.process',
  paymentRefund: 'payment.refund',
  paymentGet: 'payment.get',
} as const;

export type CommandPattern = (typeof COMMANDS)[keyof typeof COMMANDS];

/** Commands that change nothing: whoever may send to a queue may ask them, with or without a saga. */
const READS: ReadonlySet<string> = new Set([
  COMMANDS.orderGet,
  COMMANDS.inventoryList,
  COMMANDS.paymentGet,
]);

/** True for every pattern that may change something, a pattern that is not known yet among them. */
export function changesSomething(pattern: string): boolean {
  return !READS.has(pattern);
}

/** The queue that keeps what nobody could read or serve, with its reason and its original bytes. */
export function deadLetterQueueOf(queue: string): string {
  return `${queue}.dead`;
}
