import { COMMAND_QUEUES, COMMANDS } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { isServed, whyInvalid } from './command-data.js';

const { order, inventory, payment } = COMMAND_QUEUES;
const orderId = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

describe('the data of a command', () => {
  it.each([
    [payment, COMMANDS.paymentProcess, { orderId, amount: '59.98' }, undefined],
    [payment, COMMANDS.paymentProcess, { orderId, amount: 'much' }, 'amount'],
    [payment, COMMANDS.paymentRefund, { orderId, later: 'field' }, undefined],
    [payment, COMMANDS.paymentRefund, { orderId: 7 }, 'orderId'],
    [payment, COMMANDS.paymentRefund, [], 'must be an object'],
    [payment, COMMANDS.paymentRefund, null, 'must be an object'],
    [inventory, COMMANDS.inventoryReserve, { orderId, items: [{ productId: 'x' }] }, 'productId'],
    [inventory, COMMANDS.inventoryList, undefined, undefined],
    [order, COMMANDS.orderGet, {}, 'orderId'],
  ])('of %s %s is taken or refused as its service does', (queue, pattern, data, problem) => {
    const why = whyInvalid(queue, pattern, data);
    if (problem === undefined) expect(why).toBeUndefined();
    else expect(why).toContain(problem);
  });

  it('is served on one queue only', () => {
    for (const pattern of Object.values(COMMANDS)) {
      const queues = Object.values(COMMAND_QUEUES).filter((queue) => isServed(queue, pattern));
      expect(queues).toEqual([`${pattern.split('.')[0]}_commands`]);
    }
    expect(isServed(order, 'toString')).toBe(false);
  });
});
