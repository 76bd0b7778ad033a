import { DEVELOPMENT_INTERNAL_KEYS, internalKeysProblem } from '@backstitch/auth';
import {
  HasNoProblem,
  IsDecimalVariable,
  IsIntegerVariable,
  ParticipantConfig,
} from '@backstitch/service-kit';
import { RETENTION_DAYS } from '@backstitch/shared-types';

const { participants } = RETENTION_DAYS;

/** Every variable the app reads; apps/inventory-service/.env.example explains them. */
export class InventoryConfig extends ParticipantConfig {
  override PORT = 3002;
  override DB_URL = 'postgresql://postgres:1111@localhost:5432/inventory';
  /** For the catalogue and the archive; stock moves on connections of its own. */
  override DB_POOL_MAX = 2;

  @IsIntegerVariable({ min: 1, max: 86_400 })
  RESERVATION_TTL_SECONDS = 1800;

  /** The share of new reservations that is refused as if too little were in stock, 0 to 1. */
  @IsDecimalVariable({ min: 0, max: 1 })
  INVENTORY_REFUSAL_RATE = 0;

  /** The keys by which gateways sign requests: kid:key, comma-separated. Each is accepted. */
  @HasNoProblem(internalKeysProblem)
  INTERNAL_KEYS = DEVELOPMENT_INTERNAL_KEYS;

  @IsIntegerVariable({ min: 50, max: 3_600_000 })
  SWEEP_INTERVAL_MS = 1000;

  /**
   * Finished reservations are archived when they are so old; until then they know a repeat by its
   * order.
   */
  @IsIntegerVariable(participants)
  HOLD_RETENTION_DAYS: number = participants.usual;
}
