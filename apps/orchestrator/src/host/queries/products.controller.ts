import { afterOf, foreignCursor, limitOf, nextLink } from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  COMMANDS,
  cursorOf,
  type InventoryListCommand,
  isUuid,
  pageOf,
  type ProductView,
} from '@backstitch/shared-types';
import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Queries } from './queries.client.js';

const LIST = 'products';

/** The catalogue, a page at a time; the header `Link` says where the next one is. */
@Controller('products')
export class ProductsController {
  constructor(@Inject(Queries) private readonly queries: Queries) {}

  @Get()
  async products(
    @Query('limit') limitText: unknown,
    @Query('after') afterText: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProductView[]> {
    const limit = limitOf(limitText);
    const asked: InventoryListCommand = { limit: limit + 1, ...afterProduct(afterText) };
    const { inventory } = COMMAND_QUEUES;
    const read = await this.queries.ask<ProductView[]>(inventory, COMMANDS.inventoryList, asked);
    const { entries, next } = pageOf(read, limit, cursorBehind);
    if (next !== undefined) {
      void reply.header('link', nextLink('/products', { limit: String(limit), after: next }));
    }
    return entries;
  }
}

/** The catalogue is in order of as many characters of the name. */
const ORDERED_BY = 100;

function cursorBehind({ name, id }: ProductView): string {
  return cursorOf(LIST, [Array.from(name).slice(0, ORDERED_BY).join(''), id]);
}

function afterProduct(text: unknown): Pick<InventoryListCommand, 'afterName' | 'afterId'> {
  const [afterName, afterId] = afterOf(LIST, 2, text) ?? [];
  if (afterName === undefined || afterId === undefined) return {};
  if (!isUuid(afterId)) throw foreignCursor();
  return { afterName, afterId };
}
