import { reachedFaultPoint, traceRequest } from '@backstitch/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { forwardedKey } from '../checkout/checkout.js';
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayOrderAct } from './order-act.relay.js';

export interface OrderAct {
  /** The last part of the path. */
  name: 'cancel' | 'confirm' | 'reject' | 'prepare' | 'ready' | 'fulfil' | 'pay';
  orderId: string;
  body: object;
}

/** Forwards what people do to an order to an orchestrator. */
@Injectable()
export class OrderActions {
  constructor(
    @Inject(Orchestrators) private readonly orchestrators: Orchestrators,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  /** Throws a Problem when nothing was done, and when that is not known. */
  async act(
    { name, orderId, body }: OrderAct,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { id: requestId, caller } = request;
    traceRequest(request, { orderId });
    const key = forwardedKey(request.raw.headersDistinct['idempotency-key']);
    // Cancellations that repeat are one. Any other act that repeats without a key is another one.
    const isSentOnce = key === undefined && name !== 'cancel';
    reachedFaultPoint('gateway.order-action-before-forward');
    const forwarded = await this.admission.query(() =>
      this.orchestrators.forward({
        method: 'POST',
        path: `/orders/${orderId.toLowerCase()}/${name}`,
        headers: {
          'content-type': 'application/json',
          'x-request-id': requestId,
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        body: JSON.stringify(body),
        ...(isSentOnce && { isSentOnce }),
        ...(caller && { caller }),
      }),
    );
    reachedFaultPoint('gateway.order-action-after-forward');
    relayOrderAct(forwarded, request, reply);
  }
}
