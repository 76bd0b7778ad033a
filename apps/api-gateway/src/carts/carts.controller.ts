import { UuidParam } from '@backstitch/service-kit';
import { CartItemDto } from '@backstitch/shared-types';
import { Body, Controller, Delete, Get, Inject, Param, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { relayChange } from '../catalogue/catalogue.relay.js';
import { ApiProblems } from '../docs/api-problems.js';
import { CartAnswer, PricedCartAnswer } from '../docs/cart-answers.js';
import type { ForwardedRequest } from '../orchestrators/exchange.js';
import { OrderClient } from '../services/order.client.js';
import { cartOwner } from './cart-owner.js';
import { PricedCarts } from './priced-carts.client.js';

const USER_ID = { name: 'userId', description: '`me`, or the subject of the token' } as const;
const PRODUCT_ID = { name: 'productId', format: 'uuid' } as const;
const AFTER = 'The cart after the change, without prices';
const PROBLEMS = {
  401: 'There is no token',
  403: 'The caller has no cart: a guest, or no customer and no seller',
  404: 'The cart of another account',
  503: 'Cannot be served now',
};
const productId = () => Param('productId', new UuidParam('productId'));

/** The cart of the own account, kept by order-service. */
@ApiTags('carts')
@ApiBearerAuth()
@Controller('carts/:userId')
export class CartsController {
  constructor(
    @Inject(OrderClient) private readonly orders: OrderClient,
    @Inject(PricedCarts) private readonly carts: PricedCarts,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The cart with the prices of today' })
  @ApiParam(USER_ID)
  @ApiResponse({ status: 200, type: PricedCartAnswer, description: 'The cart' })
  @ApiProblems(PROBLEMS)
  async read(
    @Param('userId') userId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const caller = cartOwner(userId, request.caller);
    const asking = { caller, requestId: request.id };
    void reply.send(await this.admission.query(() => this.carts.read(asking)));
  }

  @Delete()
  @ApiOperation({ summary: 'Remove everything from the cart' })
  @ApiParam(USER_ID)
  @ApiResponse({ status: 200, type: CartAnswer, description: 'The empty cart' })
  @ApiProblems(PROBLEMS)
  clear(
    @Param('userId') userId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.change('DELETE', '/carts/me', undefined, userId, request, reply);
  }

  @Put('items/:productId')
  @ApiOperation({ summary: 'Put a product into the cart, or change its quantity' })
  @ApiParam(USER_ID)
  @ApiParam(PRODUCT_ID)
  @ApiResponse({ status: 200, type: CartAnswer, description: AFTER })
  @ApiProblems({ 400: 'No quantity or no product id', ...PROBLEMS, 409: 'The cart is full' })
  setQuantity(
    @Param('userId') userId: string,
    @productId() id: string,
    @Body() body: CartItemDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.change('PUT', `/carts/me/items/${id}`, body, userId, request, reply);
  }

  @Delete('items/:productId')
  @ApiOperation({ summary: 'Remove a product from the cart' })
  @ApiParam(USER_ID)
  @ApiParam(PRODUCT_ID)
  @ApiResponse({ status: 200, type: CartAnswer, description: AFTER })
  @ApiProblems({ 400: 'No product id', ...PROBLEMS })
  remove(
    @Param('userId') userId: string,
    @productId() id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.change('DELETE', `/carts/me/items/${id}`, undefined, userId, request, reply);
  }

  private async change(
    method: ForwardedRequest['method'],
    path: string,
    body: CartItemDto | undefined,
    userId: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const caller = cartOwner(userId, request.caller);
    const headers = {
      'x-request-id': request.id,
      ...(body && { 'content-type': 'application/json' }),
    };
    const asked = { method, path, headers, caller, ...(body && { body: JSON.stringify(body) }) };
    const forwarded = await this.admission.query(() => this.orders.forward(asked));
    relayChange(forwarded, request, reply, 'cart');
  }
}
