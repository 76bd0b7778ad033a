import { IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator';
import 'reflect-metadata';
import { IsPaymentMethod, type PaymentMethod } from './card-form.dto.js';
import { CheckoutItemDto } from './checkout-request.dto.js';
import { type Delivery, IsDelivery } from './delivery.js';
import { FastValidation } from './fast-validation.js';
import { IsLines } from './lines.decorator.js';
import { HasVisibleText } from './visible-text.js';

const TEXT = /^[^\p{Cc}\p{Cs}]*$/u;

function IsText(lengthMax: number): PropertyDecorator {
  const message = '$property must not contain control characters';
  const rules = [IsString(), Length(1, lengthMax), Matches(TEXT, { message })];
  return (target, property) => {
    for (const rule of rules) rule(target, property);
  };
}

/** What every request for a marketplace order says. */
@FastValidation()
class OrderOfSellerDto {
  /** Who sells all of it, as Caller.id. */
  @IsText(1_000)
  sellerId!: string;

  @IsLines(() => CheckoutItemDto)
  items!: CheckoutItemDto[];
}

/** The body of POST /api/orders */
@FastValidation()
export class PlaceOrderDto extends OrderOfSellerDto {
  /** With a token, the subject of the token, and best left out. Without one, who orders. */
  @IsOptional()
  @IsText(100)
  @HasVisibleText()
  userId?: string;

  @IsOptional()
  @IsDelivery()
  delivery?: Delivery;
}

/** The body of POST /orders at the orchestrator. */
@FastValidation()
export class ForwardedPlaceOrderDto extends OrderOfSellerDto {
  @IsText(100)
  @HasVisibleText()
  userId!: string;

  /** Made by the gateway, so that a repeated request is recognised. */
  @IsUUID('loose')
  orderId!: string;

  /** Differs for another delivery, so that the same key with another one is refused. */
  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z0-9_-]{43}$/)
  deliveryHash?: string;
}

/** The body of POST /api/orders/:orderId/reject */
@FastValidation()
export class RejectOrderDto {
  @IsOptional()
  @IsText(500)
  reason?: string;
}

/** The body of POST /api/orders/:orderId/pay */
@FastValidation()
export class PayOrderDto {
  @IsPaymentMethod()
  method!: PaymentMethod;
}
