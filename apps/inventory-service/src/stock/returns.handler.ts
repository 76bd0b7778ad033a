import { sagaIdOf } from '@backstitch/messaging';
import { logged, type Logger } from '@backstitch/service-kit';
import {
  COMMANDS,
  type InventoryReturnCommand,
  type SagaTag,
  type Success,
} from '@backstitch/shared-types';
import type { ReturnsRepository } from './returns.repository.js';
import { summedLines } from './stock-return.js';

/** Takes goods back that were sold. */
export class ReturnsHandler {
  constructor(
    private readonly returns: Pick<ReturnsRepository, 'giveBack'>,
    private readonly logger: Logger,
  ) {}

  giveBack(command: InventoryReturnCommand, saga?: SagaTag): Promise<Success> {
    const orderId = command.orderId.toLowerCase();
    return logged(this.logger, { pattern: COMMANDS.inventoryReturn, orderId, saga }, async () => {
      const lines = command.lines.map(({ productId, quantity }) => {
        return { productId: productId.toLowerCase(), quantity };
      });
      await this.returns.giveBack({
        returnId: command.returnId.toLowerCase(),
        orderId,
        sagaId: sagaIdOf(saga),
        lines: summedLines(lines),
        disposition: command.disposition,
      });
      return { success: true };
    });
  }
}
