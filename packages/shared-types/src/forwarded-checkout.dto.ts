import { IsInt, IsOptional, IsString, IsUUID, Matches, Max, Min } from 'class-validator';
import 'reflect-metadata';
import { CART_VERSION_MAX } from './cart-requests.dto.js';
import { CheckoutRequestDto } from './checkout-request.dto.js';
import { FastValidation } from './fast-validation.js';

/**
 * The body of POST /checkout at the orchestrator: a checkout, and what the gateway adds to it. The
 * delivery itself is not here: it is personal, and no saga keeps it.
 */
@FastValidation()
export class ForwardedCheckoutDto extends CheckoutRequestDto {
  /** The version of the caller's cart that is checked out. The key of the request names it, too. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(CART_VERSION_MAX)
  cartVersion?: number;

  /** The id that the order must have, because order-service keeps its delivery under this id. */
  @IsOptional()
  @IsUUID('loose')
  orderId?: string;

  /** Differs for another delivery, so that the same key with another one is refused. */
  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z0-9_-]{43}$/)
  deliveryHash?: string;
}
