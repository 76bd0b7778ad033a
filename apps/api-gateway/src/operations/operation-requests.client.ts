import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import type { ForwardedRequest } from '../orchestrators/exchange.js';
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayOperation } from './operations.relay.js';

/** Forwards what operators read and do to an orchestrator, and relays its answer. */
@Injectable()
export class OperationRequests {
  constructor(
    @Inject(Orchestrators) private readonly orchestrators: Orchestrators,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  /** With the query of the request. */
  read(path: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const sent = { method: 'GET', path: path + queryOf(request), headers: {} } as const;
    return this.forward(sent, request, reply);
  }

  /** With a body; an action is sent to one orchestrator only. */
  act(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const text = JSON.stringify(body ?? null);
    return this.forward({ method, path, headers, body: text, isSentOnce: true }, request, reply);
  }

  /** With the query of the request, and without a body. */
  end(path: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const whole = path + queryOf(request);
    return this.forward(
      { method: 'DELETE', path: whole, headers: {}, isSentOnce: true },
      request,
      reply,
    );
  }

  private async forward(
    sent: ForwardedRequest,
    { id, caller }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const headers = { ...sent.headers, 'x-request-id': id };
    const forwarded = await this.admission.query(() =>
      this.orchestrators.forward({ ...sent, headers, ...(caller && { caller }) }),
    );
    relayOperation(forwarded, sent.method, reply);
  }
}

function queryOf({ url }: FastifyRequest): string {
  return url.includes('?') ? url.slice(url.indexOf('?')) : '';
}
