import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import 'reflect-metadata';
import { FastValidation } from './fast-validation.js';
import { DISPOSITIONS, type Disposition } from './inventory-commands.js';
import type { RefundView } from './payment-commands.js';
import type { OrderStage } from './statuses.js';
import { HasVisibleText } from './visible-text.js';

/** Without control characters and halves of surrogate pairs. */
const TEXT = /^[^\p{Cc}\p{Cs}]*$/u;

/** The body of POST /api/orders/:orderId/cancel. */
@FastValidation()
export class CancelOrderDto {
  /** Why, in the words of the caller. */
  @IsString()
  @Length(1, 500)
  @Matches(TEXT, { message: 'reason must not contain control characters' })
  @HasVisibleText()
  reason!: string;

  /** What becomes of the goods [RESTOCK]. Only the shop writes goods off. */
  @IsOptional()
  @IsIn(DISPOSITIONS)
  disposition?: Disposition;
}

/** The answer of POST /api/orders/:orderId/cancel. */
export interface CancelledOrderView {
  orderId: string;
  /** The saga of the cancellation, or of the checkout that is undone. Null: no saga did it. */
  sagaId: string | null;
  /** CANCELLED at the end. */
  stage: OrderStage;
  /** Null when it is not known yet, and where no order was confirmed. */
  refund: Omit<RefundView, 'orderId'> | null;
}
