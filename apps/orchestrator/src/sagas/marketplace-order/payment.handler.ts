import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '@backstitch/auth';
import type { SagaInstance } from '@backstitch/saga-engine';
import { Problem } from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  COMMANDS,
  Fault,
  PAYMENT_SIGNALS,
  type PaymentAttemptView,
  type PaymentRefusal,
} from '@backstitch/shared-types';
import type { OrchestratorConfig } from '../../config.js';
import type { SagaRuntime } from '../../host/saga.runtime.js';
import { isPassing, unavailableFor } from '../unavailable.js';
import { conflict, hashed } from './order-signals.js';
import type { Acted, OrderSignalsHandler } from './order-signals.handler.js';
import { stageOf } from './stages.js';

const PAUSE_MS = 250;

export interface PayRequest {
  orderId: string;
  caller: Caller | undefined;
  /** Names the attempt: the same key is the same attempt. */
  key: string;
  token: string;
  requestId: string;
}

/** Lets a customer pay: one attempt for each key. What came of it is told to the saga. */
export class PaymentHandler {
  constructor(
    private readonly sagas: SagaRuntime,
    private readonly signals: OrderSignalsHandler,
    private readonly config: OrchestratorConfig,
  ) {}

  /** Throws a Problem when the attempt did not pay the order. */
  async pay(request: PayRequest): Promise<Acted> {
    try {
      return await this.payOnce(request);
    } catch (error) {
      throw unavailableFor(error);
    }
  }

  private async payOnce(request: PayRequest): Promise<Acted> {
    const { orderId, caller } = request;
    const untilMs = performance.now() + this.config.CHECKOUT_WAIT_MS;
    const { saga } = await this.signals.placementOf(orderId, ['customer'], caller);
    if (saga.kept.PAYMENT_OPENED !== true) {
      throw conflict({ stage: stageOf(saga), allowed: this.signals.allowed('customer', saga) });
    }
    const { sagaId } = saga;
    const paid = await this.attempt(request, saga, untilMs);
    if (!paid) {
      const outcome = { kind: 'going-on', stage: stageOf(saga) } as const;
      return { orderId, sagaId, outcome, isRepeated: false };
    }
    if (paid instanceof Fault) throw await this.refusal(paid, request, saga, untilMs);
    await this.tell(orderId, PAYMENT_SIGNALS.paid);
    const outcome = await this.signals.outcomeOf('paid', saga, untilMs);
    return { orderId, sagaId, outcome, isRepeated: false };
  }

  /** What is lost here, payment-service announces. */
  private async tell(
    orderId: string,
    signal: (typeof PAYMENT_SIGNALS)[keyof typeof PAYMENT_SIGNALS],
  ): Promise<void> {
    try {
      await this.signals.signalPlacement(orderId, signal);
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }

  /** A refusal of the attempt is answered as a Fault; undefined: the time is over before an answer. */
  private async attempt(
    { orderId, key, token, requestId }: PayRequest,
    { sagaId }: SagaInstance,
    untilMs: number,
  ): Promise<PaymentAttemptView | Fault | undefined> {
    const { payment: queue } = COMMAND_QUEUES;
    const data = { orderId, key: hashed(key), token };
    for (let attempt = 1; ; attempt += 1) {
      const tag = { sagaId, step: 'CUSTOMER_PAYS', direction: 'do', attempt, requestId } as const;
      const leftMs = Math.max(1, untilMs - performance.now());
      const timeoutMs = Math.ceil(Math.min(leftMs, this.config.PAYMENT_REPLY_TIMEOUT_MS));
      const { brokers } = this.sagas;
      try {
        return await brokers.request(queue, COMMANDS.paymentPay, data, timeoutMs, tag);
      } catch (error) {
        if (error instanceof Fault && !error.retryable) return error;
        if (performance.now() + PAUSE_MS >= untilMs) return undefined;
        await pause(PAUSE_MS);
      }
    }
  }

  private async refusal(
    refused: Fault,
    { orderId }: PayRequest,
    { sagaId }: SagaInstance,
    untilMs: number,
  ): Promise<Problem> {
    const extensions = { orderId, sagaId };
    if (refused.code === 'PAYMENT_DECLINED') {
      const { attemptsLeft = 0, declineCode } = (refused.details ?? {}) as PaymentRefusal;
      if (attemptsLeft === 0) {
        await this.tell(orderId, PAYMENT_SIGNALS.exhausted);
        await this.signals.rest(sagaId, untilMs);
      }
      const detail = 'The card was declined. Nothing was charged.';
      const told = { ...extensions, attemptsLeft, ...(declineCode && { declineCode }) };
      return new Problem('PAYMENT_DECLINED', detail, { extensions: told });
    }
    const { code, message } = refused;
    if (code === 'CARD_MISMATCH') {
      const detail = 'The Idempotency-Key was used for another card. A new card needs a new key.';
      return new Problem('IDEMPOTENCY_KEY_REUSED', detail, { extensions });
    }
    if (code !== 'PAYMENT_CLOSED' && code !== 'PAYMENT_IN_PROGRESS') throw refused;
    return new Problem(code, message, { extensions });
  }
}
