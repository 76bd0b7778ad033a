import { UuidParam } from '@backstitch/service-kit';
import {
  applyDecorators,
  Body,
  Controller,
  Get,
  Inject,
  Param,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../docs/api-problems.js';
import { OperationRequests } from './operation-requests.client.js';
import { ACTION_PROBLEMS, LIST_PROBLEMS, READ_PROBLEMS } from './operation-problems.js';
import { OperatorReason, ReplayReason } from './operator-reason.dto.js';

const sagaId = () => Param('sagaId', new UuidParam('sagaId'));
const filters = ['queue', 'pattern', 'reason', 'class', 'saga'] as const;

function ApiFilters(...names: readonly string[]): MethodDecorator {
  return applyDecorators(...names.map((name) => ApiQuery({ name, required: false })));
}

function ApiSagaAction(summary: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiParam({ name: 'sagaId', format: 'uuid' }),
    ApiBody({ type: OperatorReason }),
    ApiResponse({ status: 200, description: 'Done, and recorded' }),
    ApiProblems(ACTION_PROBLEMS),
  );
}

/** What operators see and do, forwarded to an orchestrator. Each action is recorded there. */
@ApiTags('operations')
@ApiBearerAuth()
@Controller('operations')
export class OperationsController {
  constructor(@Inject(OperationRequests) private readonly requests: OperationRequests) {}

  @Get('sagas')
  @ApiOperation({
    summary: 'Sagas, newest first, and what they failed of',
    description:
      'Looks at 20,000 sagas at most, and says how far in lookedUntil. With state (parked or unfinished) or after: the unfinished sagas, those that need an operator first.',
  })
  @ApiFilters('q', 'status', 'is', 'code', 'step', 'since', 'before', 'limit', 'state', 'after')
  @ApiResponse({ status: 200, description: 'A page; next is the before of the next one' })
  @ApiProblems(LIST_PROBLEMS)
  sagas(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.requests.read('/sagas', request, reply);
  }

  @Get('sagas/:sagaId')
  @ApiOperation({ summary: 'A saga with its log, its errors and its attempts' })
  @ApiParam({ name: 'sagaId', format: 'uuid' })
  @ApiResponse({ status: 200, description: 'The saga' })
  @ApiProblems({ ...READ_PROBLEMS, 404: 'No such saga' })
  saga(
    @sagaId() id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.requests.read(`/sagas/${id}`, request, reply);
  }

  @Post('sagas/:sagaId/retry')
  @ApiSagaAction('Try the awaited step of a parked saga at once')
  retry(
    @sagaId() id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.requests.act('POST', `/sagas/${id}/retry`, body, request, reply);
  }

  @Post('sagas/:sagaId/resume')
  @ApiSagaAction('Continue a saga that waits for a decision')
  resume(
    @sagaId() id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.requests.act('POST', `/sagas/${id}/resume`, body, request, reply);
  }

  @Post('sagas/:sagaId/compensate')
  @ApiSagaAction('Undo a saga that has not passed its pivot')
  compensate(
    @sagaId() id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.requests.act('POST', `/sagas/${id}/compensate`, body, request, reply);
  }

  @Get('dead-letters')
  @ApiOperation({ summary: 'Messages that no service could read or serve' })
  @ApiFilters(...filters, 'limit', 'after')
  @ApiResponse({ status: 200, description: 'A page; the Link header has the next one' })
  @ApiProblems(READ_PROBLEMS)
  deadLetters(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.requests.read('/dead-letters', request, reply);
  }

  @Get('dead-letters/groups')
  @ApiOperation({ summary: 'Dead letters, counted by queue, pattern, reason and class' })
  @ApiFilters(...filters)
  @ApiResponse({ status: 200, description: 'The groups, the largest first' })
  @ApiProblems(READ_PROBLEMS)
  groups(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.requests.read('/dead-letters/groups', request, reply);
  }

  @Get('dead-letters/:id')
  @ApiOperation({ summary: 'All of one dead letter' })
  @ApiResponse({ status: 200, description: 'The dead letter, with its body' })
  @ApiProblems({ ...READ_PROBLEMS, 404: 'No such dead letter' })
  deadLetter(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.requests.read(`/dead-letters/${encodeURIComponent(id)}`, request, reply);
  }

  @Post('dead-letters/:id/replay')
  @ApiOperation({ summary: 'Send its command again' })
  @ApiBody({ type: ReplayReason })
  @ApiResponse({ status: 200, description: 'Done, and recorded' })
  @ApiProblems(ACTION_PROBLEMS)
  replay(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.requests.act(
      'POST',
      `/dead-letters/${encodeURIComponent(id)}/replay`,
      body,
      request,
      reply,
    );
  }

  @Post('dead-letters/:id/discard')
  @ApiOperation({ summary: 'Never send it again' })
  @ApiBody({ type: OperatorReason })
  @ApiResponse({ status: 200, description: 'Done, and recorded' })
  @ApiProblems(ACTION_PROBLEMS)
  discard(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.requests.act(
      'POST',
      `/dead-letters/${encodeURIComponent(id)}/discard`,
      body,
      request,
      reply,
    );
  }
}
