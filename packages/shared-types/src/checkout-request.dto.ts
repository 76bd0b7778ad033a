import {
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  Min,
  registerDecorator,
} from 'class-validator';
import 'reflect-metadata';
import { IsPaymentMethod, type PaymentMethod } from './card-form.dto.js';
import { FastValidation } from './fast-validation.js';
import { IsLines, QUANTITY_MAX } from './lines.decorator.js';
import { isDecimal } from './money.js';
import { HasVisibleText } from './visible-text.js';

/** Any text without control characters and without half a surrogate pair, 1–100 characters. */
const USER_ID = /^[^\p{Cc}\p{Cs}]{1,100}$/u;

/** The currency decides which prices are valid: see checkout-lines.ts. */
export function IsPrice(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isPrice',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: isDecimal,
        defaultMessage: (args) => `${args?.property} must be a decimal string or number`,
      },
    });
}

export class CheckoutItemDto {
  @IsUUID('loose', { message: 'productId must be a UUID' })
  productId!: string;

  @IsInt({ message: 'quantity must be an integer' })
  @Min(1)
  @Max(QUANTITY_MAX)
  quantity!: number;

  /** The price that the shopper saw. It is checked against the catalogue. */
  @IsPrice()
  price!: string | number;
}

/** A cart of a hundred lines takes 12 KB. */
export const CHECKOUT_BYTES_MAX = 32_768;

/** The body of POST /api/checkout. checkout-lines.ts checks what concerns several fields. */
@FastValidation()
export class CheckoutRequestDto {
  @IsString()
  @Matches(USER_ID, { message: 'userId must be 1-100 characters without control characters' })
  @HasVisibleText()
  userId!: string;

  @IsLines(() => CheckoutItemDto)
  items!: CheckoutItemDto[];

  /** Without it, the bank is told of no card. */
  @IsOptional()
  @IsPaymentMethod()
  paymentMethod?: PaymentMethod;
}
