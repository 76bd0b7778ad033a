import { UuidParam, validationProblem } from '@backstitch/service-kit';
import type { SagaDone, SagaList } from '@backstitch/shared-types';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { limitOf, OperatorRequest } from './operator-request.dto.js';
import { SagaActionsHandler } from './saga-actions.handler.js';

/** For operators, on the orchestrator only: no gateway passes these on. */
@Controller('sagas')
export class SagaActionsController {
  constructor(@Inject(SagaActionsHandler) private readonly handler: SagaActionsHandler) {}

  @Get()
  list(
    @Query('state') state: string | undefined,
    @Query('limit') limit: string | undefined,
  ): Promise<SagaList> {
    if (state !== undefined && state !== 'parked' && state !== 'unfinished') {
      const message = 'state must be parked or unfinished';
      throw validationProblem([{ field: 'state', message }]);
    }
    return this.handler.list({ parkedOnly: state === 'parked', limit: limitOf(limit) });
  }

  @Post(':sagaId/retry')
  @HttpCode(200)
  retry(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Body() request: OperatorRequest,
  ): Promise<SagaDone> {
    return this.handler.act('retry', sagaId, request);
  }

  @Post(':sagaId/resume')
  @HttpCode(200)
  resume(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Body() request: OperatorRequest,
  ): Promise<SagaDone> {
    return this.handler.act('resume', sagaId, request);
  }

  @Post(':sagaId/compensate')
  @HttpCode(200)
  compensate(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Body() request: OperatorRequest,
  ): Promise<SagaDone> {
    return this.handler.act('compensate', sagaId, request);
  }
}
