import {
  databaseFault,
  EventStreams,
  Problem,
  traceRequest,
  UuidParam,
  validationProblem,
} from '@backstitch/service-kit';
import { Controller, Get, Headers, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OrchestratorConfig } from '../../config.js';
import { OperatorReads } from '../callers/operator-reads.js';
import { mayReadSaga, ownerOfInput, seesAll } from '../callers/ownership.js';
import { SagaRuntime } from '../saga.runtime.js';
import { isCursor, sagaEvents } from '../streams/saga-events.js';
import { type SagaRead, SagaWatch } from '../streams/sagas.watch.js';
import { sagaNotFound } from './saga-not-found.js';

/** Server-sent events of one saga, whichever orchestrator drives it. */
@Controller('sagas/:sagaId/events')
export class SagaEventsController {
  constructor(
    @Inject(SagaRuntime) private readonly sagas: SagaRuntime,
    @Inject(OrchestratorConfig) private readonly config: OrchestratorConfig,
    @Inject(OperatorReads) private readonly operatorReads: OperatorReads,
    @Inject(SagaWatch) private readonly watch: SagaWatch,
    @Inject(EventStreams) private readonly streams: EventStreams,
  ) {}

  @Get()
  async events(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const after = cursorOf(lastEventId);
    this.streams.checkPlace();
    const { caller: asking } = request;
    const first = await this.readable(sagaId);
    const owned = first && {
      owner: ownerOfInput(first.saga.input),
      createdAtMs: first.saga.createdAtMs,
    };
    if (!owned || !mayReadSaga(asking, owned, Date.now())) {
      throw sagaNotFound(this.config.SAGA_RETENTION_DAYS);
    }
    traceRequest(request, { sagaId, orderId: first.saga.subjectId });
    this.operatorReads.note(asking, owned.owner, { sagaId, orderId: first.saga.subjectId });
    this.stream(first, after, seesAll(asking), reply);
  }

  private stream(first: SagaRead, after: string, all: boolean, reply: FastifyReply): void {
    const stream = this.streams.begin(reply);
    const { store, registry } = this.sagas;
    let cursor = after;
    let version: number | undefined;
    const tell = ({ saga, log, notes }: SagaRead): void => {
      // An older read may arrive after a newer one.
      if (stream.closed.aborted || (version !== undefined && saga.version <= version)) return;
      version = saga.version;
      const view = registry.view(saga, log, notes);
      const now = new Date(store.clock.nowMs()).toISOString();
      for (const event of sagaEvents({ view, after: cursor, all, now })) {
        stream.send(event);
        if (event.id !== undefined) cursor = event.id;
        if (event.event === 'end') stream.end();
      }
    };
    tell(first);
    if (stream.closed.aborted) return;
    const unwatch = this.watch.watch(first.saga.sagaId, tell);
    stream.closed.addEventListener('abort', unwatch);
  }

  private async readable(sagaId: string): Promise<SagaRead | undefined> {
    try {
      return await this.watch.read(sagaId);
    } catch (error) {
      if (!['away', 'locked'].includes(databaseFault(error))) throw error;
      const headers = { 'retry-after': '1' };
      throw new Problem('UNAVAILABLE', undefined, { headers, cause: error });
    }
  }
}

function cursorOf(lastEventId: string | undefined): string {
  if (lastEventId === undefined || lastEventId === '') return '';
  if (isCursor(lastEventId)) return lastEventId;
  const message = 'Last-Event-ID must be the id of an event of this stream';
  throw validationProblem([{ field: 'Last-Event-ID', message }]);
}
