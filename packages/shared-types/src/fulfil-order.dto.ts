import { IsOptional, IsString, Length, Matches } from 'class-validator';
import 'reflect-metadata';
import { FastValidation } from './fast-validation.js';
import type { OrderStage } from './statuses.js';

/** The body of POST /api/orders/:orderId/fulfil. */
@FastValidation()
export class FulfilOrderDto {
  /** How the goods can be followed. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  @Matches(/^[^\p{Cc}\p{Cs}]*$/u, { message: 'tracking must not contain control characters' })
  tracking?: string;
}

/** The answer of POST /api/orders/:orderId/prepare, /ready and /fulfil. */
export interface MovedOrderView {
  orderId: string;
  /** Null: a plain order that was in this stage before. */
  sagaId: string | null;
  /** The one that was asked for, at the end. */
  stage: OrderStage;
}
