import { EngineStopped, isEnded, type SagaDefinition, statusOf } from '@backstitch/saga-engine';
import { DatabaseTimeUnknown } from '@backstitch/saga-engine/postgres';
import {
  databaseFault,
  type Logger,
  logRoutine,
  Problem,
  retryAfterSeconds,
  Shedding,
  validationProblem,
} from '@backstitch/service-kit';
import { type CheckoutLine, newUuid } from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import type { SagaRuntime } from '../../host/saga.runtime.js';
import type { Asking, ExistingCheckout, Held } from './claims/checkout.claims.js';
import {
  type Buyer,
  type CheckoutAdditions,
  checkoutInput,
  type CheckoutInput,
  type Claim,
  claimOf,
  isTooOldToBegin,
} from './checkout.js';
import { type CheckoutRepository, CommitUnknown } from './claims/checkout.repository.js';
import { SagaWaits } from '../../host/saga-waits.js';
import { inTime } from '../../host/in-time.js';
import { type RefusalReason, CheckoutAdmission } from './checkout-admission.js';
import { answerOf, type CheckoutAnswer, locationOf } from './outcome.js';

export interface CheckoutRequest {
  /** Made by the gateway, so that a repeated request is recognised. */
  sagaId: string;
  requestId: string;
  buyer: Buyer;
  lines: readonly CheckoutLine[];
  additions: CheckoutAdditions;
  key: string | undefined;
  async: boolean;
  /** Nothing new is begun, and nothing under way is waited for. */
  replayOnly: boolean;
}

export interface AnsweredCheckout {
  sagaId: string;
  orderId: string;
  answer: CheckoutAnswer;
}

export interface CheckoutHandlerOptions {
  /** New checkouts begin with it. */
  definition: SagaDefinition<CheckoutInput>;
  sagas: SagaRuntime;
  claims: CheckoutRepository;
  config: OrchestratorConfig;
  logger: Logger;
  /** Decimal digits of the currency. */
  digits: number;
}

const NOTHING_RECORDED = 'Nothing was recorded of this request. Send it again.';
const REPLAY_ONLY: RefusalReason = { reason: 'gateway is full', cause: 'the gateway sheds load' };
const TOO_MANY_QUERIES: RefusalReason = {
  reason: 'queries',
  cause: 'too many queries for replays are waiting',
};
const BEGIN_TRIES_MAX = 3;
/** Recording a checkout may take this long, also when the wait for its end is shorter. */
const ACCEPT_MS_MIN = 2_000;
/** When the wait is over, its row is read once more, within this. */
const LAST_READ_MS = 250;

/** Begins each checkout once, and answers it when its end is known or the wait is over. */
export class CheckoutHandler {
  private readonly options: CheckoutHandlerOptions;
  private readonly admission: CheckoutAdmission;
  private readonly shedding: Shedding;
  private readonly waits: SagaWaits;
  private isClosing = false;

  constructor(options: CheckoutHandlerOptions) {
    this.options = options;
    const { sagas, definition, config } = options;
    this.admission = new CheckoutAdmission(sagas, definition.name, config.MAX_SAGAS_IN_FLIGHT);
    this.shedding = new Shedding(options.logger);
    this.waits = new SagaWaits(sagas);
  }

  /** Throws a Problem when nothing was recorded, or when that is not known. */
  async checkout(request: CheckoutRequest): Promise<AnsweredCheckout> {
    const { CHECKOUT_DEDUPE_SECONDS, CHECKOUT_WAIT_MS } = this.options.config;
    const { sagaId: ownId, buyer, lines, additions, key, async, replayOnly } = request;
    const untilMs = performance.now() + CHECKOUT_WAIT_MS;
    const isNamed = key !== undefined || CHECKOUT_DEDUPE_SECONDS > 0;
    const claim = isNamed ? claimOf(buyer, lines, key, additions) : undefined;
    const acceptMs = Math.max(CHECKOUT_WAIT_MS, ACCEPT_MS_MIN);
    const found = await inTime(acceptMs, this.accept(request, claim));
    if (!found) throw outcomeUnknown(ownId, `the database was silent for ${acceptMs} ms`);
    const { sagaId, orderId } = found;
    const replayed = sagaId !== ownId;
    this.logAcceptance(request, found, replayed);
    // While load is shed, a known end is answered, but not waited for.
    const isOver = found.status === 'DONE' || found.status === 'COMPENSATED';
    const waits = !async && (!replayOnly || isOver);
    const waitMs = waits ? Math.max(0, untilMs - performance.now()) : 0;
    const isNew = async && !replayed;
    const ended = found.ended ?? (isNew ? undefined : await this.waits.waitForEnd(sagaId, waitMs));
    const answer = answerOf({
      ended,
      sagaId,
      orderId,
      status: ended || async ? found.status : await this.statusNow(found),
      replayed,
      keyed: key !== undefined,
      async,
      cutShort: this.isClosing,
    });
    return { sagaId, orderId, answer };
  }

  /** Begins no checkout any more, and answers 202 to every caller that waits for an end. */
  close(): void {
    this.isClosing = true;
    this.admission.close();
    this.waits.close();
  }

  private async accept(
    request: CheckoutRequest,
    claim: Claim | undefined,
  ): Promise<ExistingCheckout> {
    const { sagaId, buyer, lines, additions } = request;
    const input = checkoutInput(buyer, lines, this.options.digits, additions);
    const asking = { sagaId, claim, input };
    const isTooOld = this.isTooOld(sagaId);
    const mayOnlyRepeat = isTooOld || request.replayOnly;
    const refusal = mayOnlyRepeat ? REPLAY_ONLY : await this.admission.enter();
    // Replays are answered even then: they begin no saga.
    const held = refusal ? await this.find(asking) : await this.begin(request, asking);
    if (!held) throw isTooOld ? tooOld() : this.shed(refusal!);
    if (held.kind === 'exists') return held;
    const detail = 'The Idempotency-Key was used for a checkout with another body.';
    throw new Problem('IDEMPOTENCY_KEY_REUSED', detail);
  }

  /** While the database's time is not known nothing begins anyway. */
  private isTooOld(sagaId: string): boolean {
    try {
      return isTooOldToBegin(sagaId, this.options.sagas.store.clock.nowMs());
    } catch (error) {
      if (error instanceof DatabaseTimeUnknown) return false;
      throw error;
    }
  }

  /** After admission; leaves its place at the end. */
  private async begin(request: CheckoutRequest, asking: Asking): Promise<Held> {
    try {
      return await this.beginSurely(request, asking);
    } finally {
      this.admission.leave();
    }
  }

  /**
   * A commit without an answer is asked for again, under the same saga id: the database then says
   * whether it was recorded, and records it if it was not.
   */
  private async beginSurely(request: CheckoutRequest, asking: Asking): Promise<Held> {
    let unknown: unknown;
    for (let tries = 1; tries <= BEGIN_TRIES_MAX; tries += 1) {
      try {
        return await this.beginOnce(request, asking);
      } catch (error) {
        if (error instanceof CommitUnknown) unknown = error;
        else if (unknown) break;
        else throw refusalFor(error);
      }
    }
    // If it was recorded after all, the engine's scan finds it and it goes on.
    throw outcomeUnknown(request.sagaId, unknown);
  }

  private async beginOnce(request: CheckoutRequest, asking: Asking): Promise<Held> {
    const { requestId, additions } = request;
    const { definition, sagas, claims } = this.options;
    const { sagaId, input } = asking;
    const orderId = additions.orderId ?? newUuid();
    const start = { definition, sagaId, subjectId: orderId, input, requestId };
    const begun = await sagas.engine.start(start, (prepared) =>
      claims.begin({ prepared, ...asking }),
    );
    if (begun.kind !== 'started') return begun;
    return { kind: 'exists', sagaId, orderId, status: 'RUNNING' };
  }

  private async find(asking: Asking): Promise<Held | undefined> {
    if (!this.admission.mayQuery) throw this.shed(TOO_MANY_QUERIES);
    try {
      return await this.admission.query(() => this.options.claims.find(asking));
    } catch (error) {
      throw refusalFor(error);
    }
  }

  /** There may be thousands of these a second: they are counted, not logged one by one. */
  private shed({ reason, title, cause }: RefusalReason): Problem {
    this.shedding.refused(reason, { why: cause });
    const because = title === undefined ? '' : `${title} not answering at the moment. `;
    return new Problem('NOT_ACCEPTED', because + NOTHING_RECORDED, {
      quiet: true,
      headers: { 'retry-after': retryAfterSeconds() },
      cause,
    });
  }

  private async statusNow(found: ExistingCheckout): Promise<ExistingCheckout['status']> {
    const reading = this.options.sagas.store.load(found.sagaId).catch(() => undefined);
    const row = await inTime(LAST_READ_MS, reading);
    return row && !isEnded(row) ? statusOf(row) : found.status;
  }

  private logAcceptance(
    request: CheckoutRequest,
    found: ExistingCheckout,
    replayed: boolean,
  ): void {
    const { sagaId, orderId } = found;
    const fields = { sagaId, orderId, requestId: request.requestId };
    const { logger } = this.options;
    if (replayed) logger.info(fields, 'checkout replayed');
    else logRoutine(logger, fields, 'checkout accepted');
  }
}

/** What was thrown before anything was committed. An error that is a bug stays as it is. */
function refusalFor(error: unknown): unknown {
  const isPassing =
    error instanceof EngineStopped ||
    error instanceof DatabaseTimeUnknown ||
    ['away', 'contention', 'locked'].includes(databaseFault(error));
  return isPassing ? notAccepted(error) : error;
}

/** Its saga may have ended and been removed by now. */
function tooOld(): Problem {
  const message = 'x-saga-id was made over an hour ago and names no saga; take a new one';
  return validationProblem([{ field: 'x-saga-id', message }]);
}

function notAccepted(cause: unknown): Problem {
  const headers = { 'retry-after': retryAfterSeconds() };
  return new Problem('NOT_ACCEPTED', NOTHING_RECORDED, { headers, cause });
}

function outcomeUnknown(sagaId: string, cause: unknown): Problem {
  const detail = 'The checkout may have been recorded. See Location for the result.';
  const headers = { 'retry-after': retryAfterSeconds(), location: locationOf(sagaId) };
  return new Problem('OUTCOME_UNKNOWN', detail, { headers, extensions: { sagaId }, cause });
}
