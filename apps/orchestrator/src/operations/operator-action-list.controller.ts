import type { OperatorActionList } from '@backstitch/shared-types';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { actionListPage } from './operator-action-list.js';
import { OperatorActionListRepository } from './operator-action-list.repository.js';
import type { RawQuery } from './query-fields.js';
import { available } from './saga-actions.handler.js';

/** For operators; the gateway passes this on at /api/operations. */
@Controller('actions')
export class OperatorActionsController {
  constructor(
    @Inject(OperatorActionListRepository) private readonly actions: OperatorActionListRepository,
  ) {}

  @Get()
  list(@Query() query: RawQuery): Promise<OperatorActionList> {
    const page = actionListPage(query);
    return available(() => this.actions.list(page));
  }
}
