import { Problem, reachedFaultPoint } from '@backstitch/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayQuery } from '../orchestrators/orchestrators.relay.js';

const UNKNOWN = 'It may have been done. Send the same request again: it has one effect.';

/** Forwards what people do to an order. One that is repeated has one effect. */
@Injectable()
export class OrderActions {
  constructor(
    @Inject(Orchestrators) private readonly orchestrators: Orchestrators,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  async act(
    path: string,
    body: object,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { id, caller } = request;
    reachedFaultPoint('gateway.order-action-before-forward');
    const forwarded = await this.admission.query(() =>
      this.orchestrators.forward({
        method: 'POST',
        path,
        headers: { 'x-request-id': id, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...(caller && { caller }),
      }),
    );
    reachedFaultPoint('gateway.order-action-after-forward');
    if (forwarded.kind === 'unknown') {
      const headers = { 'retry-after': '1' };
      throw new Problem('OUTCOME_UNKNOWN', UNKNOWN, { headers, cause: forwarded.why });
    }
    relayQuery(forwarded, request, reply);
  }
}
