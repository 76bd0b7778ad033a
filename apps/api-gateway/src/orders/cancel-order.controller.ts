import { Problem, UuidParam } from '@backstitch/service-kit';
import { CancelOrderDto } from '@backstitch/shared-types';
import { Body, Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { ApiProblems, LOCATION, REPLAYED } from '../docs/api-problems.js';
import { CancelledOrderAnswer } from '../docs/order-answers.js';
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayQuery } from '../orchestrators/orchestrators.relay.js';

/** Cancellations, forwarded to an orchestrator. One that is repeated has one effect. */
@ApiTags('orders')
@ApiBearerAuth()
@Controller('orders/:orderId/cancel')
export class CancelOrderController {
  constructor(
    @Inject(Orchestrators) private readonly orchestrators: Orchestrators,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel an order: its money and its goods are given back' })
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiResponse({ status: 200, type: CancelledOrderAnswer, description: 'It is cancelled', headers: REPLAYED })
  @ApiResponse({
    status: 202,
    type: CancelledOrderAnswer,
    description: 'It is being cancelled; see Location for the result',
    headers: { ...LOCATION, ...REPLAYED },
  })
  @ApiProblems({
    400: 'Not a UUID, or a field is missing or wrong',
    403: 'Only the shop writes goods off',
    404: 'No such order',
    409: 'The order cannot be cancelled in its stage; the answer has `stage` and `allowed`',
    503: 'Not possible now; send it again',
  })
  async cancel(
    @Param('orderId', new UuidParam('orderId')) orderId: string,
    @Body() body: CancelOrderDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { id, caller } = request;
    const forwarded = await this.admission.query(() =>
      this.orchestrators.forward({
        method: 'POST',
        path: `/orders/${orderId}/cancel`,
        headers: { 'x-request-id': id, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...(caller && { caller }),
      }),
    );
    if (forwarded.kind === 'unknown') {
      const detail = 'The order may have been cancelled. Send the same request again.';
      const headers = { 'retry-after': '1' };
      throw new Problem('OUTCOME_UNKNOWN', detail, { headers, cause: forwarded.why });
    }
    relayQuery(forwarded, request, reply);
  }
}
