import type { Database } from '@backstitch/database';
import type { Logger } from '@backstitch/service-kit';
import { currencyDigits } from '@backstitch/shared-types';
import { AttemptRecovery } from './attempts/attempts.recovery.js';
import { AttemptRepository } from './attempts/attempts.repository.js';
import { AttemptsHandler } from './attempts/attempts.handler.js';
import { AttemptSettlement } from './attempts/attempts.settlement.js';
import type { IntentProvider } from './payment/intent-provider.js';
import { PaymentHandler } from './payment/payment.handler.js';
import { PaymentRecovery } from './payment/payment.recovery.js';
import { PaymentRepository } from './payment/payment.repository.js';
import { PaymentSettlement } from './payment/payment.settlement.js';
import type { PaymentProvider } from './payment/provider.js';
import { RefundRepository } from './refunds/refunds.repository.js';
import { RefundsHandler } from './refunds/refunds.handler.js';
import { RefundSettlement } from './refunds/refunds.settlement.js';

export interface PaymentSurroundings {
  database: Database;
  /** Of the payments that sagas charge. */
  provider: PaymentProvider;
  /** Of the payments that customers make, and of refunds. */
  intents: IntentProvider;
  currency: string;
  logger: Logger;
  /** Told the name of every fault point that is passed. */
  reached: (point: string) => void | Promise<void>;
  recovery: { afterSeconds: number; intervalMs: number };
}

/** The service without its queue: what its commands are served by, and its periodic jobs. */
export function paymentParts(around: PaymentSurroundings) {
  const { database, provider, intents, currency, logger, reached } = around;
  const digits = currencyDigits(currency);
  const payments = new PaymentRepository(database, currency, digits);
  const attempts = new AttemptRepository(database, currency, digits);
  const refunds = new RefundRepository(database, digits);
  const openPayments = new AttemptSettlement({ attempts, provider: intents, reached });
  const settlement = new PaymentSettlement({ payments, provider, openPayments, reached });
  const refundSettlement = new RefundSettlement({ refunds, provider: intents, logger, reached });
  const recovery = { ...around.recovery, logger };
  return {
    handlers: {
      payments: new PaymentHandler(payments, settlement, digits, logger),
      attempts: new AttemptsHandler(attempts, openPayments, digits, logger),
      refunds: new RefundsHandler(refunds, refundSettlement, digits, logger),
    },
    recovery: new PaymentRecovery({ payments, settlement, ...recovery }),
    attemptRecovery: new AttemptRecovery({
      attempts,
      settlement: openPayments,
      refunds,
      refundSettlement,
      ...recovery,
    }),
  };
}

export type PaymentHandlers = ReturnType<typeof paymentParts>['handlers'];
