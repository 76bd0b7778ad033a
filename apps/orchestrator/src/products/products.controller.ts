import { COMMAND_QUEUES, COMMANDS, type ProductView } from '@backstitch/shared-types';
import { Controller, Get, Inject } from '@nestjs/common';
import { Questions } from '../sagas/questions.client.js';

@Controller('products')
export class ProductsController {
  constructor(@Inject(Questions) private readonly questions: Questions) {}

  @Get()
  products(): Promise<ProductView[]> {
    return this.questions.ask(COMMAND_QUEUES.inventory, COMMANDS.inventoryList, {});
  }
}
