import { databaseFault, Problem, traceRequest, UuidParam } from '@backstitch/service-kit';
import type { SagaView } from '@backstitch/shared-types';
import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SagaRuntime } from './sagas.runtime.js';
import { sagaViewOf } from './saga-view.js';

@Controller('sagas')
export class SagasController {
  constructor(@Inject(SagaRuntime) private readonly sagas: SagaRuntime) {}

  @Get(':sagaId')
  async saga(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Req() request: FastifyRequest,
  ): Promise<SagaView> {
    const { store } = this.sagas;
    try {
      const [saga, log] = await Promise.all([store.load(sagaId), store.history(sagaId)]);
      if (!saga) throw new Problem('SAGA_NOT_FOUND');
      traceRequest(request, { sagaId, orderId: saga.subjectId });
      return sagaViewOf(saga, log);
    } catch (error) {
      if (databaseFault(error) !== 'away') throw error;
      throw new Problem('UNAVAILABLE', undefined, {
        headers: { 'retry-after': '1' },
        cause: error,
      });
    }
  }
}
