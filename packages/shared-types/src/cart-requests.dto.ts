import { IsInt, IsOptional, Max, Min } from 'class-validator';
import 'reflect-metadata';
import { IsPaymentMethod, type PaymentMethod } from './card-form.dto.js';
import { IsPrice } from './checkout-request.dto.js';
import { type Delivery, IsDelivery } from './delivery.js';
import { QUANTITY_MAX } from './lines.decorator.js';

export const CART_VERSION_MAX = 2_147_483_647;

/** The body of PUT /api/carts/:userId/items/:productId */
export class CartItemDto {
  /** How many of the product are in the cart after this, whatever it was before. */
  @IsInt({ message: 'quantity must be an integer' })
  @Min(1)
  @Max(QUANTITY_MAX)
  quantity!: number;
}

/** The body of POST /api/carts/:userId/checkout */
export class CartCheckoutDto {
  /** The version of the cart that the shopper saw. */
  @IsInt({ message: 'version must be an integer' })
  @Min(0)
  @Max(CART_VERSION_MAX)
  version!: number;

  /** The total that the shopper saw. Without it, the prices of today are taken. */
  @IsOptional()
  @IsPrice()
  expectedTotal?: string | number;

  @IsOptional()
  @IsDelivery()
  delivery?: Delivery;

  /** Without it, the bank is told of no card. */
  @IsOptional()
  @IsPaymentMethod()
  paymentMethod?: PaymentMethod;
}
