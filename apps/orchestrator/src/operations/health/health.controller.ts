import type { OperationsHealth } from '@backstitch/shared-types';
import { Controller, Get, Inject } from '@nestjs/common';
import { HealthHandler } from './health.handler.js';

/** For operators; the gateway passes this on at /api/operations. */
@Controller('health')
export class OperationsHealthController {
  constructor(@Inject(HealthHandler) private readonly handler: HealthHandler) {}

  @Get()
  view(): Promise<OperationsHealth> {
    return this.handler.view();
  }
}
