import { IsInt, IsString, IsUUID, Length, Matches, Max, Min } from 'class-validator';
import 'reflect-metadata';
import { AtSight } from './fast-validation.js';
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

/** What a database keeps as it is: half a surrogate pair would become another character. */
const WELL_FORMED = /^\P{Cs}*$/u;

/** data of order.create */
@AtSight()
export class OrderCreateCommand extends OrderIdCommand {
  @IsString()
  @Length(1, 200)
  @Matches(WELL_FORMED, { message: 'userId must not hold half a surrogate pair' })
  @HasVisibleText()
  userId!: string;

  @IsLines(() => OrderCreateItem)
  items!: OrderCreateItem[];

  @IsAmount()
  totalAmount!: string;
}

/** The yes of order.create, repeated as long as the order stands; CANCELLED, it is ORDER_CANCELLED. */
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

/** The answer of a command that has nothing to tell but that it is done. */
export interface Success {
  success: true;
}
