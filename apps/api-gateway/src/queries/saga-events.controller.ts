import { EVENT_STREAM_MEDIA_TYPE, EventStreams, Problem, UuidParam } from '@backstitch/service-kit';
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
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayQuery } from '../orchestrators/orchestrators.relay.js';
import { saysItEnds, wholeEvents } from '../orchestrators/whole-events.js';

const LAST_EVENT_ID = {
  name: 'last-event-id',
  required: false,
  description: 'The id of the last event that was received; the stream goes on behind it',
} as const;

/** Passes on the stream of a saga from an orchestrator. */
@ApiTags('queries')
@ApiBearerAuth()
@Controller('sagas/:sagaId/events')
export class SagaEventsController {
  constructor(
    @Inject(Orchestrators) private readonly orchestrators: Orchestrators,
    @Inject(EventStreams) private readonly streams: EventStreams,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What happens to a saga, as server-sent events' })
  @ApiParam({ name: 'sagaId', format: 'uuid' })
  @ApiHeader(LAST_EVENT_ID)
  @ApiProduces(EVENT_STREAM_MEDIA_TYPE)
  @ApiResponse({
    status: 200,
    description:
      'Events: row, saga, and at last end, or bye before the stream must be opened again',
    content: { [EVENT_STREAM_MEDIA_TYPE]: { schema: { type: 'string' } } },
  })
  @ApiProblems({
    400: 'Not a UUID, or no id of an event',
    404: 'No such saga',
    503: 'Cannot be read now, or too many streams',
  })
  async events(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.streams.checkPlace();
    const { id, caller } = request;
    const headers = {
      'x-request-id': id,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    };
    const path = `/sagas/${sagaId}/events`;
    const left = new AbortController();
    reply.raw.once('close', () => left.abort());
    const opened = await this.orchestrators.stream(
      { method: 'GET', path, headers, ...(caller && { caller }) },
      left.signal,
    );
    if (!opened) {
      throw new Problem('UNAVAILABLE', undefined, { headers: { 'retry-after': '1' } });
    }
    if (opened.kind === 'answered') return relayQuery(opened, request, reply);
    await this.passOn(opened.body, reply, left);
  }

  /** A stream that breaks off ends with a bye: the client comes back, to another orchestrator. */
  private async passOn(
    body: AsyncIterable<Buffer>,
    reply: FastifyReply,
    left: AbortController,
  ): Promise<void> {
    const stream = this.streams.begin(reply);
    stream.closed.addEventListener('abort', () => left.abort());
    try {
      for await (const events of wholeEvents(body)) {
        stream.write(events);
        if (saysItEnds(events)) return stream.end();
      }
    } catch {
      // The orchestrator, or the client, has left.
    }
    stream.bye();
  }
}
