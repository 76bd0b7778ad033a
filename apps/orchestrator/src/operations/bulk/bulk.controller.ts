import { Problem, UuidParam } from '@backstitch/service-kit';
import { type BulkPreview, type BulkView, newUuid } from '@backstitch/shared-types';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { operatorAct } from '../operator-act.js';
import { OperatorRequest } from '../operator-request.dto.js';
import { available } from '../saga-actions.handler.js';
import { BulkPreviewHandler } from './bulk-preview.handler.js';
import { BulkHandler } from './bulk.handler.js';
import { BulkRequest, PreviewRequest } from './bulk-request.dto.js';

const PER_SECOND = 10;
const bulkId = () => Param('bulkId', new UuidParam('bulkId'));

/** For operators; the gateway passes these on at /api/operations. */
@Controller()
export class BulkController {
  constructor(
    @Inject(BulkPreviewHandler) private readonly previews: BulkPreviewHandler,
    @Inject(BulkHandler) private readonly handler: BulkHandler,
  ) {}

  @Post('previews')
  @HttpCode(200)
  preview(@Body() body: PreviewRequest, @Req() { caller }: FastifyRequest): Promise<BulkPreview> {
    const { operator: named } = body;
    const who = { reason: 'preview', ...(named !== undefined && { operator: named }) };
    const { operator } = operatorAct(caller, who);
    return available(() => this.previews.preview(body, operator));
  }

  @Post('bulk')
  @HttpCode(202)
  start(@Body() body: BulkRequest, @Req() { caller }: FastifyRequest): Promise<BulkView> {
    const { previewId, perSecond = PER_SECOND, ...request } = body;
    const act = operatorAct(caller, request);
    return available(() => this.handler.start(newUuid(), previewId, act, perSecond));
  }

  @Get('bulk/:bulkId')
  async show(@bulkId() id: string): Promise<BulkView> {
    const found = await available(() => this.handler.find(id));
    if (!found) throw new Problem('BULK_NOT_FOUND');
    return found;
  }

  @Post('bulk/:bulkId/stop')
  @HttpCode(200)
  stop(
    @bulkId() id: string,
    @Body() body: OperatorRequest,
    @Req() { caller }: FastifyRequest,
  ): Promise<BulkView> {
    const act = operatorAct(caller, body);
    return available(() => this.handler.stop(id, act));
  }
}
