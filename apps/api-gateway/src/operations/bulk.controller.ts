import { UuidParam } from '@backstitch/service-kit';
import { Body, Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../docs/api-problems.js';
import { BulkBody, PreviewBody } from './bulk.dto.js';
import { ACTION_PROBLEMS, READ_PROBLEMS } from './operation-problems.js';
import { OperationRequests } from './operation-requests.client.js';
import { OperatorReason } from './operator-reason.dto.js';

const { 404: _absent, 409: _conflict, ...PREVIEW_PROBLEMS } = ACTION_PROBLEMS;
const bulkId = () => Param('bulkId', new UuidParam('bulkId'));

/** Actions on many sagas at once. Forwarded to an orchestrator, which records each. */
@ApiTags('operations')
@ApiBearerAuth()
@Controller('operations')
export class BulkController {
  constructor(@Inject(OperationRequests) private readonly requests: OperationRequests) {}

  @Post('previews')
  @ApiOperation({
    summary: 'What an action on many sagas would do; freezes the set for 10 minutes',
  })
  @ApiBody({ type: PreviewBody })
  @ApiResponse({ status: 200, description: 'The effects, and what is refused and why' })
  @ApiProblems(PREVIEW_PROBLEMS)
  preview(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.requests.act('POST', '/previews', body, request, reply);
  }

  @Post('bulk')
  @ApiOperation({ summary: 'Act on the sagas of a preview, one after another' })
  @ApiBody({ type: BulkBody })
  @ApiResponse({ status: 202, description: 'Started; each item gets an outcome' })
  @ApiProblems(ACTION_PROBLEMS)
  start(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.requests.act('POST', '/bulk', body, request, reply);
  }

  @Get('bulk/:bulkId')
  @ApiOperation({ summary: 'How far a bulk operation is, item by item' })
  @ApiParam({ name: 'bulkId', format: 'uuid' })
  @ApiResponse({ status: 200, description: 'The operation with its items' })
  @ApiProblems({ ...READ_PROBLEMS, 404: 'No such bulk operation' })
  show(
    @bulkId() id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.requests.read(`/bulk/${id}`, request, reply);
  }

  @Post('bulk/:bulkId/stop')
  @ApiOperation({ summary: 'Stop a bulk operation: what is not begun is not done' })
  @ApiParam({ name: 'bulkId', format: 'uuid' })
  @ApiBody({ type: OperatorReason })
  @ApiResponse({ status: 200, description: 'Stopped, and recorded' })
  @ApiProblems(ACTION_PROBLEMS)
  stop(
    @bulkId() id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.requests.act('POST', `/bulk/${id}/stop`, body, request, reply);
  }
}
