import { DEVELOPMENT_INTERNAL_KEYS, internalKeysProblem } from '@backstitch/auth';
import { HasNoProblem, ParticipantConfig } from '@backstitch/service-kit';

/** Every variable the app reads; apps/order-service/.env.example explains them. */
export class OrderConfig extends ParticipantConfig {
  override PORT = 3001;
  override DB_URL = 'postgresql://postgres:1111@localhost:5432/orders';

  /** The keys by which gateways sign requests: kid:key, comma-separated. Each is accepted. */
  @HasNoProblem(internalKeysProblem)
  INTERNAL_KEYS = DEVELOPMENT_INTERNAL_KEYS;
}
