import { maySeeDelivery } from '@backstitch/auth';
import { Problem, traceRequest, UuidParam, validationProblem } from '@backstitch/service-kit';
import {
  afterVersion,
  historyQuery,
  type OrderEventsView,
  type VersionedOrderView,
} from '@backstitch/shared-types';
import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { actionsOf } from './allowed-actions.js';
import { eventViews, orderAt } from './history.js';
import { HistoryHandler, type ReadableOrder } from './history.handler.js';

const orderIdParam = () => Param('orderId', new UuidParam('orderId'));

/** What happened to an order, and how it was after each event. */
@Controller('orders/:orderId')
export class HistoryController {
  constructor(@Inject(HistoryHandler) private readonly history: HistoryHandler) {}

  /** As it is, at a version, or at a time. Throws 404 when it did not exist then. */
  @Get()
  async order(
    @orderIdParam() orderId: string,
    @Query() query: { version?: unknown; at?: unknown },
    @Req() request: FastifyRequest,
  ): Promise<VersionedOrderView> {
    const asked = historyQuery(query);
    if ('problems' in asked) throw validationProblem(asked.problems);
    const { order, owner, events } = await this.read(orderId, request);
    const found = orderAt(order, events, asked);
    if (!found) throw new Problem('VERSION_NOT_FOUND');
    const { delivery, ...rest } = found;
    const isPresent = asked.version === undefined && asked.at === undefined;
    const allowed = isPresent && actionsOf(order, owner, request.caller);
    return {
      ...rest,
      ...(allowed && { allowed }),
      ...(delivery && maySeeDelivery(request.caller, owner) && { delivery }),
    };
  }

  @Get('events')
  async events(
    @orderIdParam() orderId: string,
    @Query('after') after: unknown,
    @Req() request: FastifyRequest,
  ): Promise<OrderEventsView> {
    const version = afterVersion(after);
    if (typeof version !== 'number') throw validationProblem(version.problems);
    const { order, events } = await this.read(orderId, request);
    return { orderId: order.id, events: eventViews(events, version) };
  }

  /** The order of another caller is answered as one that does not exist. */
  private async read(orderId: string, request: FastifyRequest): Promise<ReadableOrder> {
    traceRequest(request, { orderId });
    const found = await this.history.read(orderId.toLowerCase(), request.caller);
    if (!found) throw new Problem('ORDER_NOT_FOUND');
    return found;
  }
}
