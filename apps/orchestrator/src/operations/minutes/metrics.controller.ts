import type { SagaMetricsView } from '@backstitch/shared-types';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { RawQuery } from '../query-fields.js';
import { available } from '../saga-actions.handler.js';
import { metricsQuery, metricsView, windowOf } from './metrics-view.js';
import { SagaMinutesRepository } from './saga-minutes.repository.js';

/** For operators; the gateway passes this on at /api/operations/metrics. */
@Controller('saga-metrics')
export class SagaMetricsController {
  constructor(@Inject(SagaMinutesRepository) private readonly minutes: SagaMinutesRepository) {}

  @Get()
  view(@Query() query: RawQuery): Promise<SagaMetricsView> {
    const asked = metricsQuery(query);
    return available(async () => {
      const nowMs = Date.now();
      const rows = await this.minutes.read(windowOf(asked, nowMs).sinceMs);
      return metricsView(rows, asked, nowMs);
    });
  }
}
