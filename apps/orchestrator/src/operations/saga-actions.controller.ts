import { limitOf, UuidParam, validationProblem } from '@backstitch/service-kit';
import type { SagaDone, SagaList, SagaSearch } from '@backstitch/shared-types';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkNext } from './next-page.js';
import { operatorAct } from './operator-act.js';
import { OperatorRequest } from './operator-request.dto.js';
import type { RawQuery } from './query-fields.js';
import { available, SagaActionsHandler } from './saga-actions.handler.js';
import { SagaSearchRepository } from './search/saga-search.repository.js';
import { sagaSearchPage } from './search/saga-search-query.js';
import { sagasBehind } from './unfinished-page.js';

/** For operators; the gateway passes these on at /api/operations. */
@Controller('sagas')
export class SagaActionsController {
  constructor(
    @Inject(SagaActionsHandler) private readonly handler: SagaActionsHandler,
    @Inject(SagaSearchRepository) private readonly search: SagaSearchRepository,
  ) {}

  /** Sagas of any kind; with `state` or `after`, the unfinished ones, parked ones first. */
  @Get()
  async list(
    @Query() query: RawQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SagaList | SagaSearch> {
    if (query['state'] === undefined && query['after'] === undefined) {
      const page = sagaSearchPage(query);
      return available(() => this.search.find(page));
    }
    const { state } = query;
    if (state !== undefined && state !== 'parked' && state !== 'unfinished') {
      const message = 'state must be parked or unfinished';
      throw validationProblem([{ field: 'state', message }]);
    }
    const limit = limitOf(query['limit']);
    const after = sagasBehind(query['after']);
    const list = await this.handler.list({ parkedOnly: state === 'parked', limit, after });
    linkNext(reply, '/sagas', { state, limit: String(limit) }, list.next);
    return list;
  }

  @Post(':sagaId/retry')
  @HttpCode(200)
  retry(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Body() body: OperatorRequest,
    @Req() { caller }: FastifyRequest,
  ): Promise<SagaDone> {
    return this.handler.act('retry', sagaId, operatorAct(caller, body));
  }

  @Post(':sagaId/resume')
  @HttpCode(200)
  resume(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Body() body: OperatorRequest,
    @Req() { caller }: FastifyRequest,
  ): Promise<SagaDone> {
    return this.handler.act('resume', sagaId, operatorAct(caller, body));
  }

  @Post(':sagaId/compensate')
  @HttpCode(200)
  compensate(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Body() body: OperatorRequest,
    @Req() { caller }: FastifyRequest,
  ): Promise<SagaDone> {
    return this.handler.act('compensate', sagaId, operatorAct(caller, body));
  }
}
