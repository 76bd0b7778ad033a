import { applyDecorators, Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../docs/api-problems.js';
import { LIST_PROBLEMS, READ_PROBLEMS } from './operation-problems.js';
import { OperationRequests } from './operation-requests.client.js';

function ApiParameters(...names: readonly string[]): MethodDecorator {
  return applyDecorators(...names.map((name) => ApiQuery({ name, required: false })));
}

/** How the system is, and what operators did. Forwarded to an orchestrator. */
@ApiTags('operations')
@ApiBearerAuth()
@Controller('operations')
export class OverviewController {
  constructor(@Inject(OperationRequests) private readonly requests: OperationRequests) {}

  @Get('health')
  @ApiOperation({ summary: 'How each app, queue and database is, and why' })
  @ApiResponse({ status: 200, description: 'What is away is named, with the reason' })
  @ApiProblems(READ_PROBLEMS)
  health(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.requests.read('/health', request, reply);
  }

  @Get('actions')
  @ApiOperation({ summary: 'What operators did and were refused, newest first' })
  @ApiParameters('subject', 'operator', 'outcome', 'before', 'limit')
  @ApiResponse({ status: 200, description: 'A page; next is the before of the next one' })
  @ApiProblems(LIST_PROBLEMS)
  actions(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.requests.read('/actions', request, reply);
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Sagas that started, ended and were undone, and how long they took' })
  @ApiQuery({ name: 'window', required: false, example: '1h' })
  @ApiQuery({ name: 'step', required: false, example: '5m' })
  @ApiResponse({ status: 200, description: 'Points of the window, and each step of the sagas' })
  @ApiProblems(LIST_PROBLEMS)
  metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.requests.read('/saga-metrics', request, reply);
  }

  @Get('logs')
  @ApiOperation({ summary: 'Log lines of all apps, by saga, order or request' })
  @ApiParameters('sagaId', 'orderId', 'requestId', 'level', 'q')
  @ApiResponse({ status: 200, description: 'In the order of their times; says what is missing' })
  @ApiProblems(LIST_PROBLEMS)
  logs(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.requests.read('/log-lines', request, reply);
  }
}
