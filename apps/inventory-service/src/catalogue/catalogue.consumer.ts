import { CommandController } from '@backstitch/messaging';
import { COMMANDS, type ProductView } from '@backstitch/shared-types';
import { Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { CatalogueHandler } from './catalogue.handler.js';

@CommandController()
export class CatalogueConsumer {
  constructor(@Inject(CatalogueHandler) private readonly handler: CatalogueHandler) {}

  @MessagePattern(COMMANDS.inventoryList)
  list(@Payload() data: unknown): Promise<ProductView[]> {
    return this.handler.list(data);
  }
}
