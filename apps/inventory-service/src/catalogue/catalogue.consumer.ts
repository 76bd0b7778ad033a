import { CommandController } from '@backstitch/messaging';
import { COMMANDS, type ProductView } from '@backstitch/shared-types';
import { Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { CatalogueHandler } from './catalogue.handler.js';

@CommandController()
export class CatalogueConsumer {
  constructor(@Inject(CatalogueHandler) private readonly handler: CatalogueHandler) {}

  @MessagePattern(COMMANDS.inventoryList)
  list(): Promise<ProductView[]> {
    return this.handler.list();
  }
}
