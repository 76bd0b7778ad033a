import type { CartLine, CartView, PricedCart, PricedCartLine } from '@backstitch/shared-types';
import { ApiProperty } from '@nestjs/swagger';

const UUID = { format: 'uuid' } as const;
const AMOUNT = { description: 'A decimal string', example: '29.99' } as const;
const VERSION = { type: 'integer', description: 'Rises by one with every change' } as const;

export class CartLineAnswer implements CartLine {
  @ApiProperty(UUID)
  productId!: string;

  @ApiProperty({ type: 'integer' })
  quantity!: number;
}

export class CartAnswer implements CartView {
  @ApiProperty(VERSION)
  version!: number;

  @ApiProperty({ type: [CartLineAnswer] })
  items!: CartLineAnswer[];
}

export class PricedCartLineAnswer extends CartLineAnswer implements PricedCartLine {
  @ApiProperty({ type: String, nullable: true, description: 'null: it is not in the catalogue' })
  name!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'uri' })
  imageUrl!: string | null;

  @ApiProperty({ ...AMOUNT, type: String, nullable: true, description: 'The price of today' })
  price!: string | null;

  @ApiProperty({ ...AMOUNT, type: String, nullable: true, description: 'Price by quantity' })
  total!: string | null;

  @ApiProperty({ description: 'false: it is not sold now, and not in the total of the cart' })
  isAvailable!: boolean;

  @ApiProperty({ type: 'integer', description: 'Units that can be bought now' })
  available!: number;
}

export class PricedCartAnswer implements PricedCart {
  @ApiProperty(VERSION)
  version!: number;

  @ApiProperty({ type: [PricedCartLineAnswer] })
  items!: PricedCartLineAnswer[];

  @ApiProperty({ ...AMOUNT, description: 'Of the lines that are available' })
  total!: string;

  @ApiProperty({ example: 'USD' })
  currency!: string;
}
