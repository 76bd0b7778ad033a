import { Problem } from '@backstitch/service-kit';
import { type CommandPattern, type CommandQueue, Fault } from '@backstitch/shared-types';
import { Inject, Injectable } from '@nestjs/common';
import { OrchestratorConfig } from '../../config.js';
import { SagaRuntime } from '../saga.runtime.js';

/** Sends queries to a service. */
@Injectable()
export class Queries {
  constructor(
    @Inject(SagaRuntime) private readonly sagas: SagaRuntime,
    @Inject(OrchestratorConfig) private readonly config: OrchestratorConfig,
  ) {}

  /** The service's answer. Throws its 404 as such; no answer, or any other fault, is 503. */
  async ask<Answer>(queue: CommandQueue, pattern: CommandPattern, data: unknown): Promise<Answer> {
    const { QUESTION_TIMEOUT_MS } = this.config;
    try {
      return await this.sagas.brokers.request<Answer>(queue, pattern, data, QUESTION_TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.code === 'ORDER_NOT_FOUND') throw new Problem(error.code);
      throw new Problem('UNAVAILABLE', undefined, {
        headers: { 'retry-after': '1' },
        cause: error,
      });
    }
  }
}
