import type { LogSearch } from '@backstitch/shared-types';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { Instances } from '../instances/instances.client.js';
import type { RawQuery } from '../query-fields.js';
import { logQuery, logSearch } from './log-search.js';

const ANSWER_WITHIN_MS = 3_000;
const ANSWER_BYTES_MAX = 8_000_000;

/** For operators; the gateway passes this on at /api/operations/logs. */
@Controller('log-lines')
export class LogsController {
  constructor(@Inject(Instances) private readonly instances: Instances) {}

  @Get()
  async search(@Query() query: RawQuery): Promise<LogSearch> {
    const passed = logQuery(query).toString();
    const replies = await this.instances.ask({
      method: 'GET',
      path: `/logs?${passed}`,
      withinMs: ANSWER_WITHIN_MS,
      bytesMax: ANSWER_BYTES_MAX,
    });
    return logSearch(replies);
  }
}
