import { AccessRows, type Caller, decide } from '@backstitch/auth';
import { UuidParam } from '@backstitch/service-kit';
import { publicSaga, type SagaView } from '@backstitch/shared-types';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { OrderAnswer } from '../docs/answers.js';
import { ApiProblems } from '../docs/api-problems.js';
import { SagaAnswer } from '../docs/saga-answers.js';
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayQuery } from '../orchestrators/orchestrators.relay.js';

const OPERATIONS = new AccessRows('api-gateway').find('GET', '/api/operations/sagas')!.access;

/** Whether the caller sees what is for operators: errors, attempts, request ids. */
function seesAll(caller: Caller | undefined): boolean {
  return decide(OPERATIONS, caller, Date.now() / 1000).allowed;
}

/** Queries, forwarded to an orchestrator. */
@ApiTags('queries')
@ApiBearerAuth()
@Controller()
export class QueriesController {
  constructor(
    @Inject(Orchestrators) private readonly orchestrators: Orchestrators,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  @Get('checkout/orders/:orderId')
  @ApiOperation({ summary: 'An order and the state of its saga' })
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiResponse({ status: 200, type: OrderAnswer, description: 'The order' })
  @ApiProblems({ 400: 'Not a UUID', 404: 'No such order', 503: 'Cannot be read now' })
  order(
    @Param('orderId', new UuidParam('orderId')) orderId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.query(`/orders/${orderId}`, request, reply);
  }

  @Get('sagas/:sagaId')
  @ApiOperation({ summary: 'The state of a saga and its log, oldest first' })
  @ApiParam({ name: 'sagaId', format: 'uuid' })
  @ApiResponse({ status: 200, type: SagaAnswer, description: 'The saga' })
  @ApiProblems({ 400: 'Not a UUID', 404: 'No such saga', 503: 'Cannot be read now' })
  saga(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (seesAll(request.caller)) return this.query(`/sagas/${sagaId}`, request, reply);
    return this.query(`/sagas/${sagaId}`, request, reply, (body) =>
      JSON.stringify(publicSaga(JSON.parse(body.toString()) as SagaView)),
    );
  }

  private async query(
    path: string,
    request: FastifyRequest,
    reply: FastifyReply,
    converted?: (body: Buffer) => string,
  ): Promise<void> {
    const { id, caller } = request;
    const headers = { 'x-request-id': id };
    const forwarded = await this.admission.query(() =>
      this.orchestrators.forward({ method: 'GET', path, headers, ...(caller && { caller }) }),
    );
    relayQuery(forwarded, request, reply, converted);
  }
}
