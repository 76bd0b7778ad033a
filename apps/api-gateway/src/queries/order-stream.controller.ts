import { setTimeout as pause } from 'node:timers/promises';
import {
  EVENT_STREAM_MEDIA_TYPE,
  type EventStream,
  EventStreams,
  UuidParam,
  validationProblem,
} from '@backstitch/service-kit';
import { afterVersion, type OrderEventsView } from '@backstitch/shared-types';
import { Controller, Get, Headers, Inject, Param, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../docs/api-problems.js';
import type { Forwarded } from '../orchestrators/orchestrators.client.js';
import { relayQuery } from '../orchestrators/orchestrators.relay.js';
import { OrderClient } from '../services/order.client.js';

const EVERY_MS = 500;
const LAST_EVENT_ID = {
  name: 'last-event-id',
  required: false,
  description: 'The sequence of the last event that was received; the stream goes on behind it',
} as const;

/** The events of an order as they happen: order-service is asked while somebody watches. */
@ApiTags('queries')
@ApiBearerAuth()
@Controller('orders/:orderId/stream')
export class OrderStreamController {
  constructor(
    @Inject(OrderClient) private readonly orders: OrderClient,
    @Inject(EventStreams) private readonly streams: EventStreams,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What happens to an order, as server-sent events' })
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiHeader(LAST_EVENT_ID)
  @ApiProduces(EVENT_STREAM_MEDIA_TYPE)
  @ApiResponse({
    status: 200,
    description: 'Events: order, whose id is its sequence; bye before the stream must be reopened',
    content: { [EVENT_STREAM_MEDIA_TYPE]: { schema: { type: 'string' } } },
  })
  @ApiProblems({
    400: 'Not a UUID, or no sequence',
    404: 'No such order',
    503: 'Cannot be read now, or too many streams',
  })
  async stream(
    @Param('orderId', new UuidParam('orderId')) orderId: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const after = lastEventId === '' ? 0 : afterVersion(lastEventId);
    if (typeof after !== 'number') {
      const message = 'Last-Event-ID must be the id of an event of this stream';
      throw validationProblem([{ field: 'Last-Event-ID', message }]);
    }
    this.streams.checkPlace();
    const first = await this.eventsAfter(orderId, after, request);
    const view = viewOf(first);
    if (!view) return relayQuery(first, request, reply);
    await this.follow(this.streams.begin(reply), view, after, request);
  }

  /** While order-service is away, the client keeps what it has. */
  private async follow(
    stream: EventStream,
    first: OrderEventsView,
    after: number,
    request: FastifyRequest,
  ): Promise<void> {
    let last = after;
    for (let view: OrderEventsView | undefined = first; ; ) {
      for (const event of view?.events ?? []) {
        stream.send({ event: 'order', id: String(event.sequence), data: event });
        last = event.sequence;
      }
      await pause(EVERY_MS, undefined, { ref: false });
      if (stream.closed.aborted) return;
      const read = await this.eventsAfter(first.orderId, last, request);
      view = viewOf(read);
      // The caller may not see it any more.
      if (!view && read.kind === 'answered' && read.answer.status < 500) return stream.bye();
    }
  }

  private eventsAfter(
    orderId: string,
    after: number,
    { id, caller }: FastifyRequest,
  ): Promise<Forwarded> {
    const path = `/orders/${orderId}/events?after=${after}`;
    const headers = { 'x-request-id': id };
    return this.orders.forward({ method: 'GET', path, headers, ...(caller && { caller }) });
  }
}

function viewOf(read: Forwarded): OrderEventsView | undefined {
  if (read.kind !== 'answered' || read.answer.status !== 200) return undefined;
  return JSON.parse(read.answer.body.toString()) as OrderEventsView;
}
