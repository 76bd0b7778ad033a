import { DEVELOPMENT_INTERNAL_KEYS, internalKeysProblem } from '@backstitch/auth';
import { HasNoProblem, ParticipantConfig, urlList as commaList } from '@backstitch/service-kit';
import { IsIn, Matches } from 'class-validator';

/** Every variable the app reads; apps/order-service/.env.example explains them. */
export class OrderConfig extends ParticipantConfig {
  override PORT = 3001;
  override DB_URL = 'postgresql://postgres:1111@localhost:5432/orders';

  /** The keys by which gateways sign requests: kid:key, comma-separated. Each is accepted. */
  @HasNoProblem(internalKeysProblem)
  INTERNAL_KEYS = DEVELOPMENT_INTERNAL_KEYS;

  /** off: events of orders are recorded, and not published. */
  @IsIn(['on', 'off'])
  EVENTS: 'on' | 'off' = 'on';

  /** Durable queues that get every event; without one, an event that no queue is bound for is gone. */
  @Matches(/^(?:[\w.-]{1,200}(?:,[\w.-]{1,200})*)?$/, {
    message: '$property must be names of queues, comma-separated',
  })
  EVENT_QUEUES = '';

  get eventQueues(): string[] {
    return commaList(this.EVENT_QUEUES);
  }
}
