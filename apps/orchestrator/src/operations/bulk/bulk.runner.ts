import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, PeriodicJob, Problem } from '@backstitch/service-kit';
import type { BulkOutcome } from '@backstitch/shared-types';
import type { SagaActionsHandler } from '../saga-actions.handler.js';
import type { BulkItem, BulkRepository, ClaimedBulk } from './bulk.repository.js';

/** How soon an operation of an orchestrator that ended goes on; a new one begins at once. */
const LOOK_EVERY_MS = 5_000;

/**
 * Acts on the items of bulk operations, one after another, at their rate. The rows say what is
 * done, so another orchestrator goes on where this one ended.
 */
export class BulkRunner {
  readonly job: PeriodicJob;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly parts: {
      bulk: BulkRepository;
      sagas: Pick<SagaActionsHandler, 'act'>;
      logger: Logger;
    },
  ) {
    this.job = new PeriodicJob({
      name: 'bulk-operations',
      logger: parts.logger,
      intervalMs: LOOK_EVERY_MS,
      run: () => this.work(),
    });
  }

  /** Begins at once with what was just started. */
  wake(): void {
    this.work().catch((err: unknown) => {
      this.parts.logger.warn({ err }, 'a bulk operation was interrupted; it goes on by itself');
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.job.stop();
    await this.running?.catch(() => undefined);
  }

  /** Once at a time. */
  private work(): Promise<void> {
    this.running ??= this.workOnAll().finally(() => (this.running = undefined));
    return this.running;
  }

  private async workOnAll(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const bulk = await this.parts.bulk.claim();
      if (!bulk) return;
      if (!(await this.workOn(bulk, signal))) return;
    }
  }

  /** False when it could not be ended: what is under way elsewhere ends there. */
  private async workOn(bulk: ClaimedBulk, signal: AbortSignal): Promise<boolean> {
    const startedAtMs = performance.now();
    for (let nth = 1; !signal.aborted; nth += 1) {
      const item = await this.parts.bulk.beginItem(bulk.id);
      if (!item) break;
      const { outcome, why } = await this.act(bulk, item);
      await this.parts.bulk.endItem(bulk.id, item.position, outcome, why);
      const dueMs = startedAtMs + (nth * 1_000) / bulk.perSecond - performance.now();
      if (dueMs > 0) await sleep(dueMs, undefined, { signal }).catch(() => undefined);
    }
    if (signal.aborted) return false;
    await this.parts.bulk.end(bulk.id);
    return true;
  }

  private async act(
    { id, action, operator, caller, tokenId, reason }: ClaimedBulk,
    { sagaId }: BulkItem,
  ): Promise<{ outcome: BulkOutcome; why?: string }> {
    const who = { ...(caller !== null && { caller }), ...(tokenId !== null && { tokenId }) };
    try {
      await this.parts.sagas.act(action, sagaId, { operator, reason, ...who }, { bulkId: id });
      return { outcome: 'done' };
    } catch (error) {
      if (!(error instanceof Problem)) {
        this.parts.logger.error({ err: error, sagaId, bulkId: id }, 'an item failed');
        return { outcome: 'failed', why: 'It failed for an unforeseen reason: see the log.' };
      }
      const why = error.message;
      const isRefused = error.code === 'ACTION_REFUSED' || error.code === 'SAGA_NOT_FOUND';
      return { outcome: isRefused ? 'refused' : 'unknown', why };
    }
  }
}
