import type { ChaosEnded, ChaosSet, ChaosView } from '@backstitch/shared-types';
import { Body, Controller, Delete, Get, Inject, Param, Put, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type OperatorAct, operatorAct } from '../operator-act.js';
import { ChaosEndQuery, ChaosSettingRequest } from './chaos-request.dto.js';
import { ChaosHandler } from './chaos.handler.js';

const ENDED = 'ended by hand';

/** For operators; the gateway passes these on at /api/operations. Not there in production. */
@Controller('chaos')
export class ChaosController {
  constructor(@Inject(ChaosHandler) private readonly handler: ChaosHandler) {}

  @Get()
  view(): Promise<ChaosView> {
    return this.handler.view();
  }

  @Put(':knob')
  set(
    @Param('knob') knob: string,
    @Body() body: ChaosSettingRequest,
    @Req() { caller }: FastifyRequest,
  ): Promise<ChaosSet> {
    const { value, seconds, ...request } = body;
    return this.handler.set(knob, { value, seconds }, operatorAct(caller, request));
  }

  @Delete()
  endAll(@Query() query: ChaosEndQuery, @Req() { caller }: FastifyRequest): Promise<ChaosEnded> {
    return this.handler.end(undefined, actOf(caller, query));
  }

  @Delete(':knob')
  end(
    @Param('knob') knob: string,
    @Query() query: ChaosEndQuery,
    @Req() { caller }: FastifyRequest,
  ): Promise<ChaosEnded> {
    return this.handler.end(knob, actOf(caller, query));
  }
}

function actOf(
  caller: FastifyRequest['caller'],
  { reason = ENDED, operator }: ChaosEndQuery,
): OperatorAct {
  return operatorAct(caller, { reason, ...(operator !== undefined && { operator }) });
}
