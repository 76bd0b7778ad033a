import { IsInt, IsString, IsUUID, Length, Matches, Max, Min } from 'class-validator';
import 'reflect-metadata';
import { FastValidation } from './fast-validation.js';
import { IsLines, QUANTITY_MAX } from './lines.decorator.js';
import { IsAmount, OrderIdCommand } from './order-id.command.js';
import { HasVisibleText } from './visible-text.js';
import type { OrderSagaState, OrderStatus } from './statuses.js';

export class OrderCreateItem {
  @IsUUID('loose')
  productId!: string;

  @IsInt()
  @Min(1)
  @Max(QUANTITY_MAX)
  quantity!: number;

  @IsAmount()
  price!: string;
}

/** Without half a surrogate pair, which a database would change into another character. */
const WELL_FORMED = /^\P{Cs}*$/u;

/** data of order.create */
@FastValidation()
export class OrderCreateCommand extends OrderIdCommand {
  @IsString()
  @Length(1, 200)
  @Matches(WELL_FORMED, { message: 'userId must not contain half a surrogate pair' })
  @HasVisibleText()
  userId!: string;

  @IsLines(() => OrderCreateItem)
  items!: OrderCreateItem[];

  @IsAmount()
  totalAmount!: string;
}

/**
 * The answer of order.create, repeated while the order exists. A CANCELLED order is rejected with
 * ORDER_CANCELLED.
 */
export interface OrderCreated {
  orderId: string;
  status: 'PENDING';
  totalAmount: string;
  currency: string;
}

/** The answer of order.get. */
export interface OrderView {
  id: string;
  userId: string | null;
  totalAmount: string | null;
  currency: string;
  status: OrderStatus;
  sagaState: OrderSagaState;
  sagaId: string | null;
  items: { productId: string; quantity: number; priceAtPurchase: string }[];
  createdAt: string;
  updatedAt: string;
}

/** The answer of a command that returns no data. */
export interface Success {
  success: true;
}
