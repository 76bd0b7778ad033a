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

/** The answer of POST /api/orders/:orderId/fulfil. */
export interface FulfilledOrderView {
  orderId: string;
  /** Null: it was handed over before. */
  sagaId: string | null;
  /** FULFILLED at the end. */
  stage: OrderStage;
}
