import { Problem } from '@backstitch/service-kit';
import type { BulkView } from '@backstitch/shared-types';
import type { OperatorAct } from '../operator-act.js';
import type { OperatorActions } from '../operator-actions.repository.js';
import type { BulkRepository } from './bulk.repository.js';
import type { BulkRunner } from './bulk.runner.js';

const GONE =
  'The preview is not there, has expired, or has no saga for which the action is allowed. Make another one.';

/** Starts and stops bulk operations. Each is on record, and so is each of its items. */
export class BulkHandler {
  constructor(
    private readonly parts: { bulk: BulkRepository; actions: OperatorActions; runner: BulkRunner },
  ) {}

  /** A preview is used once: a second request gets the operation of the first one. */
  async start(
    id: string,
    previewId: string,
    act: OperatorAct,
    perSecond: number,
  ): Promise<BulkView> {
    const { bulk, actions, runner } = this.parts;
    const earlier = await bulk.ofPreview(previewId);
    if (earlier !== undefined) return (await bulk.find(earlier))!;
    const about = { action: 'bulk', subjectKind: 'bulk', subjectId: id } as const;
    const record = { ...about, act, seen: undefined, detail: { previewId, perSecond } };
    const actionId = await actions.intend(record);
    const isStarted = await bulk.start(id, previewId, act, perSecond);
    const started = isStarted ? id : await bulk.ofPreview(previewId);
    await actions.ended(actionId, isStarted ? 'done' : 'refused', isStarted ? {} : { why: GONE });
    if (started === undefined) throw new Problem('ACTION_REFUSED', GONE);
    runner.wake();
    return (await bulk.find(started))!;
  }

  find(id: string): Promise<BulkView | undefined> {
    return this.parts.bulk.find(id);
  }

  /** What is under way is still done; what is not begun is not. Stopping twice is no error. */
  async stop(id: string, act: OperatorAct): Promise<BulkView> {
    const { bulk, actions } = this.parts;
    const before = await bulk.find(id);
    if (!before) throw new Problem('BULK_NOT_FOUND');
    const about = { action: 'stop', subjectKind: 'bulk', subjectId: id } as const;
    const actionId = await actions.intend({ ...about, act, seen: before.state, detail: {} });
    const isStopped = await bulk.stop(id, act.operator);
    const now = (await bulk.find(id))!;
    await actions.ended(actionId, isStopped ? 'done' : 'refused', { now: now.state });
    if (!isStopped && now.state === 'done') {
      throw new Problem('ACTION_REFUSED', 'The operation is done: nothing is left to be stopped.');
    }
    return now;
  }
}
