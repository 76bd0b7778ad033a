import { describe, expect, it } from '@jest/globals';
import { InventoryReserveCommand } from '@backstitch/shared-types';
import { CommandValidationPipe } from './command-validation.pipe.js';

describe('CommandValidationPipe', () => {
  it('reports at most a hundred problems of invalid data', async () => {
    const data = { orderId: 'x', items: Array.from({ length: 10_000 }, () => ({})) };
    const metadata = { type: 'body' as const, metatype: InventoryReserveCommand };
    await expect(new CommandValidationPipe().transform(data, metadata)).rejects.toMatchObject({
      code: 'MALFORMED_COMMAND',
      details: { length: 100 },
    });
  });
});
