import { CHAOS_KNOBS } from '@backstitch/shared-types';
import { Body, Controller, Delete, Get, Inject, Param, Put, Req, Res } from '@nestjs/common';
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
import { ChaosSettingBody } from './chaos-setting.dto.js';
import { ACTION_PROBLEMS, READ_PROBLEMS } from './operation-problems.js';
import { OperationRequests } from './operation-requests.client.js';

const WITHOUT_SETTINGS = { 404: 'There are no chaos settings here' };
const READ = { ...READ_PROBLEMS, ...WITHOUT_SETTINGS };
const { 409: _conflict, ...ACTION } = { ...ACTION_PROBLEMS, ...WITHOUT_SETTINGS };
const KNOBS = CHAOS_KNOBS.map(({ id }) => id);
const EFFECTS = CHAOS_KNOBS.map(({ id, effect, min, max }) => `- ${id}: ${effect} (${min}–${max})`);

/** Failures on purpose, for a time. An app in production does not have this controller. */
@ApiTags('operations')
@ApiBearerAuth()
@Controller('operations/chaos')
export class ChaosController {
  constructor(@Inject(OperationRequests) private readonly requests: OperationRequests) {}

  @Get()
  @ApiOperation({ summary: 'What is set to fail, and what each instance applies and did' })
  @ApiResponse({ status: 200, description: 'Every knob, and the instances that did not answer' })
  @ApiProblems(READ)
  view(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.requests.read('/chaos', request, reply);
  }

  @Put(':knob')
  @ApiOperation({
    summary: 'Set a knob for some seconds; then its configured value is back',
    description: EFFECTS.join('\n'),
  })
  @ApiParam({ name: 'knob', enum: KNOBS })
  @ApiBody({ type: ChaosSettingBody })
  @ApiResponse({ status: 200, description: 'Set, pushed to the instances, and recorded' })
  @ApiProblems(ACTION)
  set(
    @Param('knob') knob: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.requests.act('PUT', pathOf(knob), body, request, reply);
  }

  @Delete()
  @ApiOperation({ summary: 'End everything that is set' })
  @ApiQuery({ name: 'reason', required: false })
  @ApiResponse({ status: 200, description: 'Ended, pushed to the instances, and recorded' })
  @ApiProblems(ACTION)
  endAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.requests.end('/chaos', request, reply);
  }

  @Delete(':knob')
  @ApiOperation({ summary: 'End what is set for one knob' })
  @ApiParam({ name: 'knob', enum: KNOBS })
  @ApiQuery({ name: 'reason', required: false })
  @ApiResponse({ status: 200, description: 'Ended, pushed to the instances, and recorded' })
  @ApiProblems(ACTION)
  end(
    @Param('knob') knob: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.requests.end(pathOf(knob), request, reply);
  }
}

function pathOf(knob: string): string {
  return `/chaos/${encodeURIComponent(knob)}`;
}
