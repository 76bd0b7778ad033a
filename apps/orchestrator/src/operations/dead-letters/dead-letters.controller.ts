import type {
  DeadLetterDone,
  DeadLetterGroups,
  DeadLetterList,
  WholeDeadLetterView,
} from '@backstitch/shared-types';
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
import { linkNext } from '../next-page.js';
import { operatorAct } from '../operator-act.js';
import { OperatorRequest, ReplayRequest } from '../operator-request.dto.js';
import { DeadLetterListHandler } from './dead-letter-list.handler.js';
import { DEAD_LETTERS, type DeadLetterQuery, filterOf, pageOf } from './dead-letter-query.js';
import { DeadLettersHandler } from './dead-letters.handler.js';

/** For operators; the gateway passes these on at /api/operations. */
@Controller('dead-letters')
export class DeadLettersController {
  constructor(
    @Inject(DeadLetterListHandler) private readonly lists: DeadLetterListHandler,
    @Inject(DeadLettersHandler) private readonly handler: DeadLettersHandler,
  ) {}

  @Get()
  async list(
    @Query() query: DeadLetterQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeadLetterList> {
    const page = pageOf(query);
    const list = await this.lists.list(page);
    const asked = { ...page.filter, class: page.class, limit: String(page.limit) };
    linkNext(reply, `/${DEAD_LETTERS}`, asked, list.next);
    return list;
  }

  @Get('groups')
  groups(@Query() query: DeadLetterQuery): Promise<DeadLetterGroups> {
    return this.handler.groups(filterOf(query));
  }

  @Get(':id')
  show(@Param('id') id: string): Promise<WholeDeadLetterView> {
    return this.handler.show(id);
  }

  @Post(':id/replay')
  @HttpCode(200)
  replay(
    @Param('id') id: string,
    @Body() body: ReplayRequest,
    @Req() { caller }: FastifyRequest,
  ): Promise<DeadLetterDone> {
    return this.handler.act('replay', id, operatorAct(caller, body));
  }

  @Post(':id/discard')
  @HttpCode(200)
  discard(
    @Param('id') id: string,
    @Body() body: OperatorRequest,
    @Req() { caller }: FastifyRequest,
  ): Promise<DeadLetterDone> {
    return this.handler.act('discard', id, operatorAct(caller, body));
  }
}
