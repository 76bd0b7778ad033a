import { EngineStopped, type SagaDefinition } from '@backstitch/saga-engine';
import { DatabaseTimeUnknown } from '@backstitch/saga-engine/postgres';
import { type Database, databaseFault, Problem, retryAfterSeconds } from '@backstitch/service-kit';
import type { CheckoutLine } from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import type { SagaRuntime } from '../../host/saga.runtime.js';
import { type Buyer, checkoutInput, claimOf } from '../checkout/checkout.js';
import { CheckoutAdmission } from '../checkout/checkout-admission.js';
import { beginCheckouts, type Begun } from '../checkout/claims/checkout.claims.js';
import { hashed } from './order-signals.js';
import type { Acted, OrderSignalsHandler } from './order-signals.handler.js';
import { outcomeOf } from './outcome.js';
import { type PlacedInput, placementIdOf } from './placed-order.js';

export interface PlaceRequest {
  /** Made by the gateway: a repeated request has the same one. */
  orderId: string;
  requestId: string;
  buyer: Buyer;
  sellerId: string;
  lines: readonly CheckoutLine[];
  deliveryHash: string | undefined;
  key: string | undefined;
}

export interface PlacementOptions {
  definition: SagaDefinition<PlacedInput>;
  sagas: SagaRuntime;
  database: Database;
  signals: OrderSignalsHandler;
  config: OrchestratorConfig;
  /** Decimal digits of the currency. */
  digits: number;
}

const NOTHING_RECORDED = 'Nothing was recorded of this request. Send it again.';

/** Begins each marketplace order once, and answers when its seller can decide. */
export class PlacementHandler {
  private readonly admission: CheckoutAdmission;

  constructor(private readonly options: PlacementOptions) {
    const { sagas, definition, config } = options;
    this.admission = new CheckoutAdmission(sagas, definition.name, config.MAX_SAGAS_IN_FLIGHT);
  }

  /** Throws a Problem when nothing was recorded, when that is not known, or when it was undone. */
  async place(request: PlaceRequest): Promise<Acted> {
    const untilMs = performance.now() + this.options.config.CHECKOUT_WAIT_MS;
    const begun = await this.admitted(request);
    if (begun.kind === 'reused') {
      const detail = 'The Idempotency-Key was used for an order with another body.';
      throw new Problem('IDEMPOTENCY_KEY_REUSED', detail);
    }
    const isRepeated = begun.kind === 'exists' && begun.orderId !== request.orderId;
    const orderId = begun.kind === 'exists' ? begun.orderId : request.orderId;
    const sagaId = placementIdOf(orderId);
    // Of a saga that was removed for its age, the key still has the answer.
    const ended = begun.kind === 'exists' ? begun.ended : undefined;
    const rest = ended ?? (await this.options.signals.rest(sagaId, untilMs));
    return { orderId, sagaId, outcome: outcomeOf('placed', undefined, rest), isRepeated };
  }

  /** Begins no order any more. */
  close(): void {
    this.admission.close();
  }

  private async admitted(request: PlaceRequest): Promise<Begun> {
    const refusal = await this.admission.enter();
    if (refusal) {
      const because = refusal.title ? `${refusal.title} not answering at the moment. ` : '';
      throw notAccepted(because + NOTHING_RECORDED, refusal.cause);
    }
    try {
      return await this.begin(request);
    } catch (error) {
      throw failureOf(error);
    } finally {
      this.admission.leave();
    }
  }

  /** The claim of the key and the saga are committed together. */
  private async begin(request: PlaceRequest): Promise<Begun> {
    const { orderId, requestId, key } = request;
    const { definition, sagas, database, config } = this.options;
    const input = this.inputOf(request);
    const sagaId = placementIdOf(orderId);
    const claim = key === undefined ? undefined : claimFor(request, key);
    const times = { dedupeSeconds: 0, keyDays: config.IDEMPOTENCY_RETENTION_DAYS };
    const start = { definition, sagaId, subjectId: orderId, input, requestId };
    const started = await sagas.engine.start(start, async (prepared): Promise<Begun> => {
      const [begun] = await database.withTransaction((tx) =>
        beginCheckouts(tx, [{ prepared, sagaId, claim, input }], times),
      );
      return begun!;
    });
    return started.kind === 'started' ? { kind: 'inserted' } : started;
  }

  private inputOf({ buyer, lines, sellerId }: PlaceRequest): PlacedInput {
    const { digits } = this.options;
    return { ...checkoutInput(buyer, lines, digits), caller: buyer.caller, sellerId };
  }
}

/** A key of a marketplace order names its seller, too. */
function claimFor({ buyer, lines, sellerId, deliveryHash }: PlaceRequest, key: string) {
  const additions = { deliveryHash: hashed(`${sellerId}\n${deliveryHash ?? ''}`) };
  return claimOf(buyer, lines, key, additions);
}

function failureOf(error: unknown): unknown {
  const isPassing =
    error instanceof EngineStopped ||
    error instanceof DatabaseTimeUnknown ||
    ['contention', 'locked'].includes(databaseFault(error));
  if (isPassing) return notAccepted(NOTHING_RECORDED, error);
  if (databaseFault(error) !== 'away') return error;
  const detail = 'The order may have been recorded. Send the same request with the same key again.';
  const headers = { 'retry-after': retryAfterSeconds() };
  return new Problem('OUTCOME_UNKNOWN', detail, { headers, cause: error });
}

function notAccepted(detail: string, cause: unknown): Problem {
  return new Problem('NOT_ACCEPTED', detail, {
    headers: { 'retry-after': retryAfterSeconds() },
    cause,
  });
}
