import {
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import 'reflect-metadata';
import { CARD_TOKEN } from './card-token.js';
import { FastValidation } from './fast-validation.js';
import { IsAmount, OrderIdCommand } from './order-id.command.js';
import type { PaymentStatus } from './statuses.js';

/** data of payment.process */
@FastValidation()
export class PaymentProcessCommand extends OrderIdCommand {
  @IsAmount()
  amount!: string;

  /** The card to charge; without it, the provider is told of none. */
  @IsOptional()
  @IsString()
  @Matches(CARD_TOKEN, { message: 'cardToken must be the token of a card' })
  cardToken?: string;
}

/** The answer of payment.process and payment.get. */
export interface PaymentView {
  id: string;
  orderId: string;
  /** null when the payment was undone before it was requested. */
  amount: string | null;
  currency: string;
  status: PaymentStatus;
  transactionDate: string;
}

export const PAYMENT_ATTEMPTS_MAX = 20;

/** data of payment.open: the customer may pay until then, with so many attempts. */
export class PaymentOpenCommand extends OrderIdCommand {
  @IsAmount()
  amount!: string;

  /** An instant with its time zone. Compared by the clock of the database of payments. */
  @IsISO8601({ strict: true })
  @Matches(/T.*(Z|[+-]\d\d:\d\d)$/, { message: 'payBy must be a date and time with a time zone' })
  payBy!: string;

  @IsInt()
  @Min(1)
  @Max(PAYMENT_ATTEMPTS_MAX)
  attemptsMax!: number;
}

/** data of payment.pay: one attempt of the customer. */
export class PaymentPayCommand extends OrderIdCommand {
  /** Names the attempt, within its order: the same key is the same attempt. */
  @IsString()
  @Length(1, 255)
  @Matches(/^[\x21-\x7e]+$/, { message: 'key must be printable ASCII without blanks' })
  key!: string;

  @IsString()
  @Matches(CARD_TOKEN, { message: 'token must be the token of a card' })
  token!: string;
}

/** data of payment.return */
export class PaymentReturnCommand extends OrderIdCommand {
  @IsUUID('loose')
  refundId!: string;

  /** Without it, all that is left of the payment. */
  @IsOptional()
  @IsAmount()
  amount?: string;
}

/** The answer of payment.open and payment.close. */
export interface OpenPaymentView extends PaymentView {
  /** From then on no attempt is begun. */
  payBy: string;
  attemptsMax: number;
}

/** The answer of payment.pay to an attempt that succeeded. */
export interface PaymentAttemptView {
  orderId: string;
  /** 1 for the first attempt. */
  number: number;
  status: 'SUCCEEDED';
  amount: string;
  currency: string;
  brand: string;
  last4: string;
}

/** details of PAYMENT_DECLINED: why, in the word of the provider, and how many attempts follow. */
export interface PaymentRefusal {
  declineCode?: string;
  /** Of payment.pay. */
  attemptsLeft?: number;
}

/** The answer of payment.return. PENDING: the provider has accepted it and has not finished it. */
export interface RefundView {
  orderId: string;
  refundId: string;
  amount: string;
  currency: string;
  status: 'PENDING' | 'SUCCEEDED';
}
