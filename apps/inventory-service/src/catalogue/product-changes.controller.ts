import type { Caller } from '@backstitch/auth';
import { Problem, UuidParam } from '@backstitch/service-kit';
import {
  ChangeProductDto,
  CreateProductDto,
  MoveStockDto,
  type ProductView,
} from '@backstitch/shared-types';
import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Req,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CatalogueTerms } from './catalogue-terms.js';
import { type ProductRow, productView } from './catalogue.sql.js';
import { changedDetails, newDetails, stockChange, type StockMoveKind } from './product-changes.js';
import { SellerProducts } from './seller-products.repository.js';

const NEW_PRODUCT = 'New product';
const productId = () => Param('productId', new UuidParam('productId'));

/** What a seller does with the own products. A product of another seller is not found. */
@Controller('products')
export class ProductChangesController {
  constructor(
    @Inject(SellerProducts) private readonly products: SellerProducts,
    @Inject(CatalogueTerms) private readonly terms: CatalogueTerms,
  ) {}

  @Post()
  async create(
    @Body() body: CreateProductDto,
    @Req() request: FastifyRequest,
  ): Promise<ProductView> {
    const { id: actor } = this.sellerOf(request);
    const details = newDetails(body, this.terms.digits);
    const booking = { kind: 'RESTOCK', actor, reason: NEW_PRODUCT } as const;
    return this.view(await this.products.create(details, body.stock ?? 0, booking));
  }

  @Patch(':productId')
  async change(
    @productId() id: string,
    @Body() body: ChangeProductDto,
    @Req() request: FastifyRequest,
  ): Promise<ProductView> {
    const { id: sellerId } = this.sellerOf(request);
    const { digits } = this.terms;
    const key = { id, sellerId };
    return this.view(await this.products.change(key, (own) => changedDetails(own, body, digits)));
  }

  @Delete(':productId')
  @HttpCode(204)
  async archive(@productId() id: string, @Req() request: FastifyRequest): Promise<void> {
    const { id: sellerId } = this.sellerOf(request);
    this.view(await this.products.archive({ id, sellerId }));
  }

  @Post(':productId/restock')
  @HttpCode(200)
  restock(
    @productId() id: string,
    @Body() body: MoveStockDto,
    @Req() request: FastifyRequest,
  ): Promise<ProductView> {
    return this.move('RESTOCK', id, body, this.sellerOf(request));
  }

  @Post(':productId/write-off')
  @HttpCode(200)
  writeOff(
    @productId() id: string,
    @Body() body: MoveStockDto,
    @Req() request: FastifyRequest,
  ): Promise<ProductView> {
    return this.move('WRITE_OFF', id, body, this.sellerOf(request));
  }

  private async move(
    kind: StockMoveKind,
    id: string,
    { quantity, reason }: MoveStockDto,
    { id: actor }: Caller,
  ): Promise<ProductView> {
    const key = { id, sellerId: actor };
    const booking = { kind, actor, reason };
    return this.view(
      await this.products.moveStock(key, (own) => stockChange(kind, quantity, own), booking),
    );
  }

  /** The access table admits sellers. Throws 401 for a developer's request without a caller. */
  private sellerOf({ caller }: FastifyRequest): Caller {
    if (!caller) throw new Problem('TOKEN_REQUIRED');
    return caller;
  }

  /** Throws 404. */
  private view(row: ProductRow | undefined): ProductView {
    if (!row) throw new Problem('PRODUCT_NOT_FOUND');
    return productView(row, this.terms.currency, this.terms.digits);
  }
}
