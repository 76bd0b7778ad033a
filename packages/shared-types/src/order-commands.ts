import { IsInt, IsOptional, IsString, IsUUID, Length, Matches, Max, Min } from 'class-validator';
import 'reflect-metadata';
import { CART_VERSION_MAX } from './cart-requests.dto.js';
import type { DeliveryView } from './delivery.js';
import { FastValidation } from './fast-validation.js';
import { IsLines, QUANTITY_MAX } from './lines.decorator.js';
import { IsAmount, OrderIdCommand } from './order-id.command.js';
import { HasVisibleText } from './visible-text.js';
import type {
  ActorRole,
  OrderAction,
  OrderKind,
  OrderSagaState,
  OrderStage,
  OrderStatus,
} from './statuses.js';

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

export function IsCallerId(): PropertyDecorator {
  const message = '$property must not contain half a surrogate pair';
  const rules = [IsOptional(), IsString(), Length(1, 1_000), Matches(WELL_FORMED, { message })];
  return (target, property) => {
    for (const rule of rules) rule(target, property);
  };
}

/** The version of the owner's cart that becomes the order. */
function IsCartVersion(): PropertyDecorator {
  const rules = [IsOptional(), IsInt(), Min(1), Max(CART_VERSION_MAX)];
  return (target, property) => {
    for (const rule of rules) rule(target, property);
  };
}

/** data of order.create */
@FastValidation()
export class OrderCreateCommand extends OrderIdCommand {
  @IsString()
  @Length(1, 200)
  @Matches(WELL_FORMED, { message: 'userId must not contain half a surrogate pair' })
  @HasVisibleText()
  userId!: string;

  /** Who owns the order, as Caller.id; without one the owner is the open caller of this userId. */
  @IsCallerId()
  caller?: string;

  @IsLines(() => OrderCreateItem)
  items!: OrderCreateItem[];

  @IsAmount()
  totalAmount!: string;

  @IsCartVersion()
  cartVersion?: number;
}

/** data of order.cancel */
@FastValidation()
export class OrderCancelCommand extends OrderIdCommand {
  /** Who owns the order, for the case that it was not created. */
  @IsCallerId()
  caller?: string;

  /** For the same case. */
  @IsCartVersion()
  cartVersion?: number;
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

/** The answer of order.get: an order, and who owns it. */
export interface OwnedOrderView extends OrderView {
  /** As Caller.id. Null where the command named none; undefined from an earlier release. */
  caller?: string | null;
  /** Undefined from an earlier release. */
  lifecycle?: OrderLifecycle;
}

/** How far an order is, and what may be done to it: for the orchestrator. */
export interface OrderLifecycle {
  stage: OrderStage;
  kind: OrderKind;
  /** Who sells it, as Caller.id. Null: a plain order. */
  sellerId: string | null;
  /** Counts the events of the order. */
  version: number;
  /** The saga that cancels it after it was confirmed, or did. */
  cancellationId: string | null;
  /** What people may do now, by their role. */
  allowed: Record<ActorRole, OrderAction[]>;
}

/** An order, as its owner sees it. */
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
  /** Only for its owner; absent when the checkout named none. */
  delivery?: DeliveryView;
}

/** An order after one of its events: the answer of GET /orders/:orderId. */
export interface VersionedOrderView extends OrderView {
  /** Counts the events of the order. */
  version: number;
  /** How far it is, finer than its status. */
  stage: OrderStage;
  kind: OrderKind;
  /** Who sells it, as Caller.id. Null: a plain order. */
  sellerId: string | null;
  /** What its reader may do now. Absent from a past state. */
  allowed?: OrderAction[];
}

/** Something that happened to an order. */
export interface OrderEventView {
  /** Counts from 1, without gaps. */
  sequence: number;
  /** CREATED, CANCELLED_UNSEEN, or the stage that the order came to. */
  type: 'CREATED' | 'CANCELLED_UNSEEN' | OrderStage;
  sagaId: string | null;
  /** For whom it was done. Null: the saga did it, or an earlier release, which kept no actor. */
  actor: string | null;
  /** With microseconds. Later than that of the event before. */
  createdAt: string;
}

/** The answer of GET /orders/:orderId/events. */
export interface OrderEventsView {
  orderId: string;
  events: OrderEventView[];
}

/** The answer of a command that returns no data. */
export interface Success {
  success: true;
}
