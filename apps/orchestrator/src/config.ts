import { DEVELOPMENT_INTERNAL_KEYS, internalKeysProblem } from '@backstitch/auth';
import {
  DatabaseConfig,
  HasNoProblem,
  IsIntegerVariable,
  IsUrlList,
  urlList,
} from '@backstitch/service-kit';
import { RETENTION_DAYS } from '@backstitch/shared-types';
import { registerDecorator } from 'class-validator';
import { queueVhostsProblem } from './host/brokers/queue-vhosts.js';

/** Otherwise a living orchestrator would count as silent between two of its heartbeats. */
function IsTwice(name: 'HEARTBEAT_MS'): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isTwice',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown, args) =>
          Number(value) >= 2 * (args!.object as OrchestratorConfig)[name],
        defaultMessage: (args) => `${args?.property} must be at least twice ${name}`,
      },
    });
}

/** The inner wait must end before the outer one does. */
function IsShorterThan(name: 'STEP_DEADLINE_MS' | 'SAGA_DEADLINE_MS'): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isShorterThan',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown, args) =>
          Number(value) < (args!.object as OrchestratorConfig)[name],
        defaultMessage: (args) => `${args?.property} must be less than ${name}`,
      },
    });
}

const DAY_MS = 86_400_000;
const { sagas, idempotencyKeys } = RETENTION_DAYS;

/** The configuration, from the environment; all its problems are reported at the start. */
export class OrchestratorConfig extends DatabaseConfig {
  override PORT = 3004;

  override DB_URL = 'postgresql://postgres:1111@localhost:5432/orchestrator';

  /** The virtual host of each command queue, where it is another one than that of RABBITMQ_URL. */
  @HasNoProblem(queueVhostsProblem)
  RABBITMQ_VHOSTS = '';

  /** For this time after a successful keyless checkout, an equal cart gets its order; 0: off. */
  @IsIntegerVariable({ min: 0, max: 86_400 })
  CHECKOUT_DEDUPE_SECONDS = 60;

  /** How long an answer waits for the saga's end; past it the answer is 202. */
  @IsIntegerVariable({ min: 0, max: 60_000 })
  CHECKOUT_WAIT_MS = 10_000;

  /** New checkouts are refused while so many sagas go forward here; those being undone do not count. */
  @IsIntegerVariable({ min: 1, max: 100_000 })
  MAX_SAGAS_IN_FLIGHT = 1_000;

  @IsIntegerVariable({ min: 10, max: 600_000 })
  @IsShorterThan('STEP_DEADLINE_MS')
  REPLY_TIMEOUT_MS = 2_000;

  @IsIntegerVariable({ min: 10, max: 600_000 })
  @IsShorterThan('STEP_DEADLINE_MS')
  PAYMENT_REPLY_TIMEOUT_MS = 5_000;

  /** How often a payment that the bank declines for the moment is tried again: after 1, 2, 4 … s. */
  @IsIntegerVariable({ min: 0, max: 10 })
  PAYMENT_SOFT_RETRIES = 4;

  @IsIntegerVariable({ min: 1, max: 100 })
  STEP_ATTEMPTS = 5;

  @IsIntegerVariable({ min: 20, max: 3_600_000 })
  @IsShorterThan('SAGA_DEADLINE_MS')
  STEP_DEADLINE_MS = 20_000;

  /** Past it, and before its pivot, a saga is undone; reservations last longer. */
  @IsIntegerVariable({ min: 100, max: 3_600_000 })
  SAGA_DEADLINE_MS = 120_000;

  /** How long the seller of a marketplace order may take to decide [48 h], */
  @IsIntegerVariable({ min: 100, max: 30 * DAY_MS })
  SELLER_DECIDES_MS = 2 * DAY_MS;

  /** the customer to pay after that [30 min], */
  @IsIntegerVariable({ min: 100, max: 82_800_000 })
  CUSTOMER_PAYS_MS = 1_800_000;

  /** and the seller to hand the goods over after that [14 days]. */
  @IsIntegerVariable({ min: 100, max: 60 * DAY_MS })
  SELLER_FULFILS_MS = 14 * DAY_MS;

  /** How much longer than such a wait its reservation lasts [10 min]. */
  @IsIntegerVariable({ min: 100, max: 3_600_000 })
  RESERVATION_GRACE_MS = 600_000;

  @IsIntegerVariable({ min: 10, max: 60_000 })
  HEARTBEAT_MS = 1_000;

  /** An orchestrator whose heartbeat is older than this loses its sagas to the others. */
  @IsIntegerVariable({ min: 50, max: 600_000 })
  @IsTwice('HEARTBEAT_MS')
  OWNER_SILENT_MS = 5_000;

  @IsIntegerVariable({ min: 1, max: 600_000 })
  BACKOFF_MAX_MS = 30_000;

  /** An undo, or a step from the pivot on, that failed so often needs attention. */
  @IsIntegerVariable({ min: 1, max: 1_000 })
  ATTENTION_AFTER_ATTEMPTS = 10;

  /**
   * New sagas are refused while a participant of theirs is away: so many different sagas had nothing
   * but faults from it, or no replies, for so long; or its queue has had no consumer for so long.
   */
  @IsIntegerVariable({ min: 2, max: 10_000 })
  BREAKER_SAGAS = 5;

  @IsIntegerVariable({ min: 100, max: 600_000 })
  BREAKER_FAULTS_MS = 2_000;

  /** A reply that takes longer than a shopper waits counts as none; a faster one is only slow. */
  @IsIntegerVariable({ min: 100, max: 600_000 })
  BREAKER_SILENT_MS = 10_000;

  /** Longer than a restart takes: until then commands wait in the queue. */
  @IsIntegerVariable({ min: 100, max: 600_000 })
  BREAKER_ABSENT_MS = 3_000;

  /** Streams of events that may be open at once; more are refused. */
  @IsIntegerVariable({ min: 1, max: 100_000 })
  MAX_STREAMS = 1_000;

  /** For queries passed on to a service: GET /orders, GET /products. */
  @IsIntegerVariable({ min: 10, max: 60_000 })
  QUESTION_TIMEOUT_MS = 2_500;

  /** Finished sagas and their logs are removed when they are so old. */
  @IsIntegerVariable(sagas)
  SAGA_RETENTION_DAYS: number = sagas.usual;

  /** A key names its checkout for so long, also when its saga is removed before. */
  @IsIntegerVariable(idempotencyKeys)
  IDEMPOTENCY_RETENTION_DAYS: number = idempotencyKeys.usual;

  /** The keys by which gateways sign requests: kid:key, comma-separated. Each is accepted. */
  @HasNoProblem(internalKeysProblem)
  INTERNAL_KEYS = DEVELOPMENT_INTERNAL_KEYS;

  /** METRICS_PORT of the services whose chaos knobs are set here: every address of each name. */
  @IsUrlList(['http:'])
  OPERATED_APPS = 'http://127.0.0.1:4001,http://127.0.0.1:4002,http://127.0.0.1:4003';

  /** METRICS_PORT of the apps that have none: these, and those of OPERATED_APPS, are shown to operators. */
  @IsUrlList(['http:'])
  WATCHED_APPS = 'http://127.0.0.1:4000,http://127.0.0.1:4004,http://127.0.0.1:4006';

  get watchedApps(): string[] {
    return [...new Set([...urlList(this.WATCHED_APPS), ...this.operatedApps])];
  }

  get operatedApps(): string[] {
    return urlList(this.OPERATED_APPS);
  }

  /** In production a checkout of a batch that does not say who sends it is refused. */
  get requiresCaller(): boolean {
    return this.NODE_ENV === 'production';
  }
}
