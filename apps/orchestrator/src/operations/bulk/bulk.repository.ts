import type { Database } from '@backstitch/service-kit';
import {
  type BulkAction,
  type BulkOutcome,
  type BulkView,
  newUuid,
} from '@backstitch/shared-types';
import type { OperatorAct } from '../operator-act.js';
import {
  BEGIN_ITEM,
  CLAIM,
  END_BULK,
  END_ITEM,
  FIND_BULK,
  OF_PREVIEW,
  PREVIEW,
  REMOVE_OLD,
  START,
  STOP,
} from './bulk.sql.js';

/** A bulk operation that this instance works on. */
export interface ClaimedBulk {
  readonly id: string;
  readonly action: BulkAction;
  readonly perSecond: number;
  readonly operator: string;
  readonly caller: string | null;
  readonly tokenId: string | null;
  readonly reason: string;
}

export interface BulkItem {
  readonly position: number;
  readonly sagaId: string;
}

/** Previews, bulk operations and their items. */
export class BulkRepository {
  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly instanceId: string,
  ) {}

  /** Freezes a set of sagas for ten minutes. */
  async preview(action: BulkAction, sagaIds: readonly string[], operator: string) {
    const previewId = newUuid();
    const [row] = await this.run<{ expiresAt: Date }>('preview', PREVIEW, [
      previewId,
      action,
      sagaIds,
      operator,
    ]);
    await this.run('remove_old', REMOVE_OLD, []);
    return { previewId, expiresAt: row!.expiresAt };
  }

  /** False when the preview is not there, has expired, or was used. */
  async start(
    id: string,
    previewId: string,
    act: OperatorAct,
    perSecond: number,
  ): Promise<boolean> {
    const { operator, caller = null, tokenId = null, reason } = act;
    const values = [id, previewId, operator, caller, tokenId, reason, perSecond];
    return (await this.run('start', START, values)).length > 0;
  }

  /** The operation that a preview was used for. */
  async ofPreview(previewId: string): Promise<string | undefined> {
    return (await this.run<{ id: string }>('of_preview', OF_PREVIEW, [previewId]))[0]?.id;
  }

  async find(id: string): Promise<BulkView | undefined> {
    return (await this.run<BulkView & Record<string, unknown>>('find', FIND_BULK, [id]))[0];
  }

  /** What is not begun is never done. False when it is not running. */
  async stop(id: string, operator: string): Promise<boolean> {
    return (await this.run('stop', STOP, [id, operator])).length > 0;
  }

  /** One that runs and that no living instance works on. An item whose end is not known stays so. */
  async claim(): Promise<ClaimedBulk | undefined> {
    return (
      await this.run<ClaimedBulk & Record<string, unknown>>('claim', CLAIM, [this.instanceId])
    )[0];
  }

  /** The next item; undefined when none is left, or when this instance may not go on. */
  async beginItem(id: string): Promise<BulkItem | undefined> {
    const values = [id, this.instanceId];
    return (await this.run<BulkItem & Record<string, unknown>>('begin', BEGIN_ITEM, values))[0];
  }

  async endItem(id: string, position: number, outcome: BulkOutcome, why?: string): Promise<void> {
    await this.run('end_item', END_ITEM, [id, position, outcome, why ?? null]);
  }

  /** Nothing is left of it, unless it was stopped or taken by another instance. */
  async end(id: string): Promise<void> {
    await this.run('end', END_BULK, [id, this.instanceId]);
  }

  private run<Row extends Record<string, unknown> = Record<string, unknown>>(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<Row[]> {
    return this.database.query<Row>({ name: `bulk_${name}`, text, values });
  }
}
