import { databaseFault, Problem, traceRequest, UuidParam } from '@backstitch/service-kit';
import { type PublicSaga, publicSaga, type SagaView } from '@backstitch/shared-types';
import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OrchestratorConfig } from '../../config.js';
import { OperatorReads } from '../callers/operator-reads.js';
import { mayReadSaga, ownerOfInput, seesAll } from '../callers/ownership.js';
import { SagaRuntime } from '../saga.runtime.js';
import { sagaNotFound } from './saga-not-found.js';

@Controller('sagas')
export class SagasController {
  constructor(
    @Inject(SagaRuntime) private readonly sagas: SagaRuntime,
    @Inject(OrchestratorConfig) private readonly config: OrchestratorConfig,
    @Inject(OperatorReads) private readonly operatorReads: OperatorReads,
  ) {}

  /** The saga of another caller is answered as one that does not exist. */
  @Get(':sagaId')
  async saga(
    @Param('sagaId', new UuidParam('sagaId')) sagaId: string,
    @Req() request: FastifyRequest,
  ): Promise<SagaView | Partial<PublicSaga>> {
    const { caller: asking } = request;
    const { store, registry } = this.sagas;
    try {
      const [saga, log, notes] = await Promise.all([
        store.load(sagaId),
        store.history(sagaId),
        store.notes(sagaId),
      ]);
      const owned = saga && { owner: ownerOfInput(saga.input), createdAtMs: saga.createdAtMs };
      if (!owned || !mayReadSaga(asking, owned, Date.now())) {
        throw sagaNotFound(this.config.SAGA_RETENTION_DAYS);
      }
      traceRequest(request, { sagaId, orderId: saga.subjectId });
      this.operatorReads.note(asking, owned.owner, { sagaId, orderId: saga.subjectId });
      const view = registry.view(saga, log, notes);
      return seesAll(asking) ? view : publicSaga(view);
    } catch (error) {
      if (!['away', 'locked'].includes(databaseFault(error))) throw error;
      throw new Problem('UNAVAILABLE', undefined, {
        headers: { 'retry-after': '1' },
        cause: error,
      });
    }
  }
}
