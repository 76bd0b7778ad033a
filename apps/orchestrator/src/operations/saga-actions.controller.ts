import { limitOf, UuidParam, validationProblem } from '@backstitch/service-kit';
import type { SagaDone, SagaList } from '@backstitch/shared-types';
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
import { SagaActionsHandler } from './saga-actions.handler.js';
import { sagasBehind } from './unfinished-page.js';

/** For operators; the gateway passes these on at /api/operations. */
@Controller('sagas')
export class SagaActionsController {
  constructor(@Inject(SagaActionsHandler) private readonly handler: SagaActionsHandler) {}

  @Get()
  async list(
    @Query('state') state: string | undefined,
    @Query('limit') limitText: unknown,
    @Query('after') afterText: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SagaList> {
    if (state !== undefined && state !== 'parked' && state !== 'unfinished') {
      const message = 'state must be parked or unfinished';
      throw validationProblem([{ field: 'state', message }]);
    }
    const limit = limitOf(limitText);
    const after = sagasBehind(afterText);
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
