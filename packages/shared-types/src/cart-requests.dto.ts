import { IsInt, Max, Min } from 'class-validator';
import 'reflect-metadata';
import { QUANTITY_MAX } from './lines.decorator.js';

/** The body of PUT /api/carts/:userId/items/:productId */
export class CartItemDto {
  /** How many of the product are in the cart after this, whatever it was before. */
  @IsInt({ message: 'quantity must be an integer' })
  @Min(1)
  @Max(QUANTITY_MAX)
  quantity!: number;
}
