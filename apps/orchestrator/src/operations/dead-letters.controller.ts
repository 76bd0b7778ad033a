import { afterOf, limitOf, validationProblem } from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  type DeadLetterDone,
  type DeadLetterList,
  type WholeDeadLetterView,
} from '@backstitch/shared-types';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DEAD_LETTERS, DeadLettersHandler } from './dead-letters.handler.js';
import { linkNext } from './next-page.js';
import { OperatorRequest, ReplayRequest } from './operator-request.dto.js';

/** For operators, on the orchestrator only: no gateway passes these on. */
@Controller('dead-letters')
export class DeadLettersController {
  constructor(@Inject(DeadLettersHandler) private readonly handler: DeadLettersHandler) {}

  @Get()
  async list(
    @Query('queue') queue: string | undefined,
    @Query('limit') limitText: unknown,
    @Query('after') afterText: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeadLetterList> {
    const limit = limitOf(limitText);
    const [after] = afterOf(DEAD_LETTERS, 1, afterText) ?? [];
    const list = await this.handler.list(queueOf(queue), limit, after);
    linkNext(reply, `/${DEAD_LETTERS}`, { queue, limit: String(limit) }, list.next);
    return list;
  }

  @Get(':id')
  show(@Param('id') id: string): Promise<WholeDeadLetterView> {
    return this.handler.show(id);
  }

  @Post(':id/replay')
  @HttpCode(200)
  replay(@Param('id') id: string, @Body() request: ReplayRequest): Promise<DeadLetterDone> {
    return this.handler.act('replay', id, request);
  }

  @Post(':id/discard')
  @HttpCode(200)
  discard(@Param('id') id: string, @Body() request: OperatorRequest): Promise<DeadLetterDone> {
    return this.handler.act('discard', id, request);
  }
}

const QUEUES: readonly string[] = Object.values(COMMAND_QUEUES);

function queueOf(queue: string | undefined): string | undefined {
  if (queue === undefined || QUEUES.includes(queue)) return queue;
  const message = `queue must be one of ${QUEUES.join(', ')}`;
  throw validationProblem([{ field: 'queue', message }]);
}
