import { UuidParam } from '@backstitch/service-kit';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OrderAnswer, ProblemAnswer, ProductAnswer, SagaAnswer } from '../docs/answers.js';
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayLook } from '../orchestrators/orchestrators.relay.js';

/** The questions that change nothing, all passed on. */
@ApiTags('looking')
@Controller()
export class LookingController {
  constructor(@Inject(Orchestrators) private readonly orchestrators: Orchestrators) {}

  @Get('checkout/orders/:orderId')
  @ApiOperation({ summary: 'An order and where its saga has brought it' })
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiResponse({ status: 200, type: OrderAnswer })
  @ApiResponse({ status: 404, type: ProblemAnswer, description: 'No such order' })
  order(
    @Param('orderId', new UuidParam('orderId')) orderId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#look(`/orders/${orderId}`, request, reply);
  }

  @Get('sagas/:sagaId')
  @ApiOperation({ summary: 'The state of a saga and its log, oldest first' })
  @ApiParam({ name: 'sagaId', format: 'uuid' })
  @ApiResponse({ status: 200, type: SagaAnswer })
  @ApiResponse({ status: 404, type: ProblemAnswer, description: 'No such saga' })
  saga(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#look(`/sagas/${sagaId}`, request, reply);
  }

  @Get('products')
  @ApiOperation({ summary: 'The catalogue, with what is available now' })
  @ApiResponse({ status: 200, type: [ProductAnswer] })
  products(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#look('/products', request, reply);
  }

  async #look(path: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const headers = { 'x-request-id': request.id };
    relayLook(await this.orchestrators.forward({ method: 'GET', path, headers }), request, reply);
  }
}
