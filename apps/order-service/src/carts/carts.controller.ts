import { Problem, UuidParam, validationProblem } from '@backstitch/service-kit';
import {
  type CartForCheckout,
  CartItemDto,
  type CartView,
  LINES_MAX,
} from '@backstitch/shared-types';
import { Body, Controller, Delete, Get, Inject, Param, Put, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CartFull, CartsRepository } from './carts.repository.js';

const VERSION = /^(?:0|[1-9]\d{0,9})$/;
const VERSION_MAX = 2_147_483_647;
const productId = () => Param('productId', new UuidParam('productId'));

/** The cart of the caller's own account, `me`. Every answer is the cart as it is then. */
@Controller('carts/:userId')
export class CartsController {
  constructor(@Inject(CartsRepository) private readonly carts: CartsRepository) {}

  /** With `version` for its checkout. */
  @Get()
  read(
    @Param('userId') userId: string,
    @Query('version') version: unknown,
    @Req() request: FastifyRequest,
  ): Promise<CartView | CartForCheckout> {
    const owner = this.ownerOf(userId, request);
    if (version === undefined) return this.carts.read(owner);
    return this.carts.readForCheckout(owner, versionOf(version));
  }

  @Delete()
  clear(@Param('userId') userId: string, @Req() request: FastifyRequest): Promise<CartView> {
    return this.carts.clear(this.ownerOf(userId, request));
  }

  @Put('items/:productId')
  async setQuantity(
    @Param('userId') userId: string,
    @productId() id: string,
    @Body() { quantity }: CartItemDto,
    @Req() request: FastifyRequest,
  ): Promise<CartView> {
    const owner = this.ownerOf(userId, request);
    try {
      return await this.carts.setQuantity(owner, { productId: id, quantity });
    } catch (error) {
      if (!(error instanceof CartFull)) throw error;
      throw new Problem('CART_FULL', `A cart has at most ${LINES_MAX} products.`);
    }
  }

  @Delete('items/:productId')
  remove(
    @Param('userId') userId: string,
    @productId() id: string,
    @Req() request: FastifyRequest,
  ): Promise<CartView> {
    return this.carts.remove(this.ownerOf(userId, request), id);
  }

  /**
   * The id of the caller. The cart of another account is not found. Throws 404, and 401 for a
   * developer's request without a caller.
   */
  private ownerOf(userId: string, { caller }: FastifyRequest): string {
    if (!caller) throw new Problem('TOKEN_REQUIRED');
    const { id, subject } = caller;
    if (userId !== 'me' && userId !== subject) throw new Problem('CART_NOT_FOUND');
    return id;
  }
}

function versionOf(text: unknown): number {
  const version = typeof text === 'string' && VERSION.test(text) ? Number(text) : undefined;
  if (version !== undefined && version <= VERSION_MAX) return version;
  const message = `version must be an integer from 0 to ${VERSION_MAX}, given once`;
  throw validationProblem([{ field: 'version', message }]);
}
