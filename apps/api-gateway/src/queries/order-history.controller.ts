import { UuidParam, validationProblem } from '@backstitch/service-kit';
import { afterVersion, historyQuery } from '@backstitch/shared-types';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { OrderEventsAnswer, VersionedOrderAnswer } from '../docs/order-answers.js';
import { ApiProblems } from '../docs/api-problems.js';
import { relayQuery } from '../orchestrators/orchestrators.relay.js';
import { OrderClient } from '../services/order.client.js';

const ORDER_ID = { name: 'orderId', format: 'uuid' } as const;
const VERSION = { name: 'version', required: false, description: 'After this event' } as const;
const AT = {
  name: 'at',
  required: false,
  description: 'At this time, up to microseconds',
} as const;
const AFTER = { name: 'after', required: false, description: 'Only later events [0]' } as const;
const orderIdParam = () => Param('orderId', new UuidParam('orderId'));

/** What happened to an order, from order-service. */
@ApiTags('queries')
@ApiBearerAuth()
@Controller('orders/:orderId')
export class OrderHistoryController {
  constructor(
    @Inject(OrderClient) private readonly orders: OrderClient,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  @Get()
  @ApiOperation({ summary: 'An order as it is, or as it was at a version or a time' })
  @ApiParam(ORDER_ID)
  @ApiQuery(VERSION)
  @ApiQuery(AT)
  @ApiResponse({ status: 200, type: VersionedOrderAnswer, description: 'The order' })
  @ApiProblems({
    400: 'No UUID, no version or no time',
    404: 'No such order, or no such state of it',
    503: 'Cannot be read now',
  })
  order(
    @orderIdParam() orderId: string,
    @Query() query: { version?: unknown; at?: unknown },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = historyQuery(query);
    if ('problems' in asked) throw validationProblem(asked.problems);
    const { version, at } = asked;
    const words = {
      ...(version !== undefined && { version: String(version) }),
      ...(at !== undefined && { at }),
    };
    return this.query(`/orders/${orderId}`, words, request, reply);
  }

  @Get('events')
  @ApiOperation({ summary: 'What happened to an order, oldest first' })
  @ApiParam(ORDER_ID)
  @ApiQuery(AFTER)
  @ApiResponse({ status: 200, type: OrderEventsAnswer, description: 'The events' })
  @ApiProblems({ 400: 'No UUID, or no sequence', 404: 'No such order', 503: 'Cannot be read now' })
  events(
    @orderIdParam() orderId: string,
    @Query('after') after: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const version = afterVersion(after);
    if (typeof version !== 'number') throw validationProblem(version.problems);
    return this.query(`/orders/${orderId}/events`, { after: String(version) }, request, reply);
  }

  private async query(
    path: string,
    words: Readonly<Record<string, string>>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { id, caller } = request;
    const query = new URLSearchParams(words).toString();
    const forwarded = await this.admission.query(() =>
      this.orders.forward({
        method: 'GET',
        path: query === '' ? path : `${path}?${query}`,
        headers: { 'x-request-id': id },
        ...(caller && { caller }),
      }),
    );
    relayQuery(forwarded, request, reply);
  }
}
