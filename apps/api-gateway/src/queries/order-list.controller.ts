import { validationProblem } from '@backstitch/service-kit';
import {
  ORDER_STAGES,
  ORDER_STATUSES,
  orderListQuery,
  type RawOrderListQuery,
} from '@backstitch/shared-types';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { OrderListAnswer } from '../docs/order-answers.js';
import { ApiProblems } from '../docs/api-problems.js';
import { relayQuery } from '../orchestrators/orchestrators.relay.js';
import { OrderClient } from '../services/order.client.js';

const filter = (name: string, description: string, more: object = {}) =>
  ApiQuery({ name, required: false, description, ...more });

/** Lists of orders, from order-service. */
@ApiTags('queries')
@ApiBearerAuth()
@Controller('orders')
export class OrderListController {
  constructor(
    @Inject(OrderClient) private readonly orders: OrderClient,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Orders of the caller, or of all for operators, newest first' })
  @filter('userId', 'Whose: `me` or the subject of the token; operators: anybody')
  @filter('sellerId', 'Sold by whom: `me` or the id of the caller; operators: anybody')
  @filter('status', 'Only of this status, as the view names it', { enum: ORDER_STATUSES })
  @filter('stage', 'Only in this stage', { enum: ORDER_STAGES })
  @filter('from', 'Made then or later')
  @filter('to', 'Made before')
  @filter('view', '`marketplace`: `status` is PENDING, CONFIRMED, PAID, FULFILLED or CANCELLED')
  @filter('cursor', '`next` of a page with the same filters')
  @filter('limit', '1 to 100 [100]')
  @ApiResponse({
    status: 200,
    type: OrderListAnswer,
    description: 'A page. It may be short, or empty, and still have a next one',
  })
  @ApiProblems({
    400: 'No such filter, or a cursor of another list',
    403: 'Orders of others',
    503: 'Cannot be read now',
  })
  async list(
    @Query() raw: RawOrderListQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const query = orderListQuery(raw);
    if ('problems' in query) throw validationProblem(query.problems);
    const { id, caller } = request;
    const words = Object.entries(query).map(([name, value]) => [name, String(value)]);
    const forwarded = await this.admission.query(() =>
      this.orders.forward({
        method: 'GET',
        path: `/orders?${new URLSearchParams(words).toString()}`,
        headers: { 'x-request-id': id },
        ...(caller && { caller }),
      }),
    );
    relayQuery(forwarded, request, reply);
  }
}
