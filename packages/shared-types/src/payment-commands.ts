import 'reflect-metadata';
import { FastValidation } from './fast-validation.js';
import { IsAmount, OrderIdCommand } from './order-id.command.js';
import type { PaymentStatus } from './statuses.js';

/** data of payment.process */
@FastValidation()
export class PaymentProcessCommand extends OrderIdCommand {
  @IsAmount()
  amount!: string;
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
