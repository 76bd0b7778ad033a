import {
  COMMAND_QUEUES,
  COMMANDS,
  type CommandQueue,
  InventoryExtendCommand,
  InventoryListCommand,
  InventoryReserveCommand,
  InventoryReturnCommand,
  OrderAdvanceCommand,
  OrderBeginCancelCommand,
  OrderCancelCommand,
  OrderCreateCommand,
  OrderEndCancelCommand,
  OrderIdCommand,
  OrderPlaceCommand,
  OrderProgressCommand,
  PaymentProcessCommand,
} from '@backstitch/shared-types';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';

const { order, inventory, payment } = COMMAND_QUEUES;

/** What is served on which queue, and what its data has to be. */
const SERVED: Readonly<Record<CommandQueue, Readonly<Record<string, new () => object>>>> = {
  [order]: {
    [COMMANDS.orderCreate]: OrderCreateCommand,
    [COMMANDS.orderConfirm]: OrderIdCommand,
    [COMMANDS.orderCancel]: OrderCancelCommand,
    [COMMANDS.orderGet]: OrderIdCommand,
    [COMMANDS.orderPlace]: OrderPlaceCommand,
    [COMMANDS.orderAdvance]: OrderAdvanceCommand,
    [COMMANDS.orderProgress]: OrderProgressCommand,
    [COMMANDS.orderBeginCancel]: OrderBeginCancelCommand,
    [COMMANDS.orderEndCancel]: OrderEndCancelCommand,
  },
  [inventory]: {
    [COMMANDS.inventoryReserve]: InventoryReserveCommand,
    [COMMANDS.inventoryRelease]: OrderIdCommand,
    [COMMANDS.inventoryCommit]: OrderIdCommand,
    [COMMANDS.inventoryExtend]: InventoryExtendCommand,
    [COMMANDS.inventoryReturn]: InventoryReturnCommand,
    [COMMANDS.inventoryList]: InventoryListCommand,
  },
  [payment]: {
    [COMMANDS.paymentProcess]: PaymentProcessCommand,
    [COMMANDS.paymentRefund]: OrderIdCommand,
    [COMMANDS.paymentGet]: OrderIdCommand,
  },
};

export function isServed(queue: CommandQueue, pattern: string): boolean {
  return Object.hasOwn(SERVED[queue], pattern);
}

/** Why a served pattern would not take the data; undefined when it would. */
export function whyInvalid(
  queue: CommandQueue,
  pattern: string,
  data: unknown,
): string | undefined {
  const Data = SERVED[queue][pattern]!;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return Data === InventoryListCommand ? undefined : 'data must be an object';
  }
  const errors = validateSync(plainToInstance(Data, data), { whitelist: true });
  return errors.length === 0 ? undefined : errors.flatMap(messages).slice(0, 5).join('; ');
}

function messages({ constraints = {}, children = [] }: ValidationError): string[] {
  return [...Object.values(constraints), ...children.flatMap(messages)];
}
