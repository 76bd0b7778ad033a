import { IsDecimalVariable, IsIntegerVariable, ParticipantConfig } from '@backstitch/service-kit';

/** Every variable the app reads; apps/payment-service/.env.example explains them. */
export class PaymentConfig extends ParticipantConfig {
  override PORT = 3003;
  override DB_URL = 'postgresql://postgres:1111@localhost:5432/payments';

  @IsDecimalVariable({ min: 0, max: 1 })
  PAYMENT_FAILURE_RATE = 0.05;

  @IsDecimalVariable({ min: 0, max: 1 })
  PAYMENT_SOFT_DECLINE_RATE = 0;

  @IsIntegerVariable({ min: 0, max: 600_000 })
  PAYMENT_LATENCY_MS = 0;

  @IsDecimalVariable({ min: 0, max: 1 })
  BANK_ERROR_RATE = 0;

  @IsDecimalVariable({ min: 0, max: 1 })
  BANK_LOST_ANSWER_RATE = 0;

  @IsIntegerVariable({ min: 0, max: 60_000 })
  BANK_ANSWER_TIMEOUT_MS = 2000;

  /** Connections to the simulated bank's ledger at most. */
  @IsIntegerVariable({ min: 1, max: 1_000 })
  BANK_POOL_MAX = 10;

  @IsIntegerVariable({ min: 1, max: 86_400 })
  RECOVERY_AFTER_SECONDS = 60;

  @IsIntegerVariable({ min: 50, max: 3_600_000 })
  RECOVERY_INTERVAL_MS = 5000;

  /** How often the saga of an opened payment is told what came of it, until it acts on it. */
  @IsIntegerVariable({ min: 50, max: 3_600_000 })
  ANNOUNCE_INTERVAL_MS = 5000;
}
