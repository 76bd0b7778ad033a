import { UuidParam } from '@backstitch/service-kit';
import { ChangeProductDto, CreateProductDto, MoveStockDto } from '@backstitch/shared-types';
import { Body, Controller, Delete, Inject, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { ProductAnswer } from '../docs/answers.js';
import { ApiProblems } from '../docs/api-problems.js';
import type { ForwardedRequest } from '../orchestrators/exchange.js';
import { InventoryClient } from '../services/inventory.client.js';
import { relayChange } from './catalogue.relay.js';

const PRODUCT_ID = { name: 'productId', format: 'uuid' } as const;
const productId = () => Param('productId', new UuidParam('productId'));

const PROBLEMS = {
  400: 'A field is missing or wrong',
  401: 'No access token, or one that is not valid',
  403: 'The caller is no seller',
  404: 'No such product, or another seller sells it',
  503: 'Cannot be changed now',
};

/** Changes of the catalogue by sellers, forwarded to inventory-service. */
@ApiTags('catalogue')
@ApiBearerAuth()
@Controller('products')
export class ProductChangesController {
  constructor(
    @Inject(InventoryClient) private readonly inventory: InventoryClient,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create a product that the caller sells' })
  @ApiResponse({ status: 201, type: ProductAnswer, description: 'The product' })
  @ApiProblems({ 400: PROBLEMS[400], 401: PROBLEMS[401], 403: PROBLEMS[403], 503: PROBLEMS[503] })
  create(
    @Body() body: CreateProductDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward('POST', '/products', body, request, reply);
  }

  @Patch(':productId')
  @ApiOperation({ summary: 'Change a product: what is absent stays, and null removes' })
  @ApiParam(PRODUCT_ID)
  @ApiResponse({ status: 200, type: ProductAnswer, description: 'The product after the change' })
  @ApiProblems({ ...PROBLEMS, 409: 'Another version, or the product is archived' })
  change(
    @productId() id: string,
    @Body() body: ChangeProductDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward('PATCH', `/products/${id}`, body, request, reply);
  }

  @Delete(':productId')
  @ApiOperation({ summary: 'Archive a product: it is listed and sold no more' })
  @ApiParam(PRODUCT_ID)
  @ApiResponse({ status: 204, description: 'It is archived' })
  @ApiProblems(PROBLEMS)
  archive(
    @productId() id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward('DELETE', `/products/${id}`, undefined, request, reply);
  }

  @Post(':productId/restock')
  @ApiOperation({ summary: 'Add to the stock, with a reason for the ledger' })
  @ApiParam(PRODUCT_ID)
  @ApiResponse({ status: 200, type: ProductAnswer, description: 'The product after the restock' })
  @ApiProblems({ ...PROBLEMS, 409: 'The product is archived' })
  restock(
    @productId() id: string,
    @Body() body: MoveStockDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward('POST', `/products/${id}/restock`, body, request, reply);
  }

  @Post(':productId/write-off')
  @ApiOperation({ summary: 'Remove from the stock, with a reason for the ledger' })
  @ApiParam(PRODUCT_ID)
  @ApiResponse({ status: 200, type: ProductAnswer, description: 'The product after the write-off' })
  @ApiProblems({ ...PROBLEMS, 409: 'Not so much is in stock and not reserved' })
  writeOff(
    @productId() id: string,
    @Body() body: MoveStockDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward('POST', `/products/${id}/write-off`, body, request, reply);
  }

  private async forward(
    method: ForwardedRequest['method'],
    path: string,
    body: object | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { id, caller } = request;
    const sent = withBody({ 'x-request-id': id }, body);
    const forwarded = await this.admission.query(() =>
      this.inventory.forward({ method, path, ...(caller && { caller }), ...sent }),
    );
    relayChange(forwarded, request, reply);
  }
}

function withBody(headers: Record<string, string>, body: object | undefined) {
  if (body === undefined) return { headers };
  const contentType = { 'content-type': 'application/json' };
  return { headers: { ...headers, ...contentType }, body: JSON.stringify(body) };
}
