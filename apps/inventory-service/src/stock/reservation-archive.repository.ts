import type { Database } from '@backstitch/database';
import { ARCHIVE, BOUNDS, LOCK_OLD, NEXT } from './reservation-archive.sql.js';

/** A part of the reservations: from an id on, up to another one where there is one. */
export interface ReservationRange {
  from: string;
  to: string | undefined;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Finished reservations that no command can ask about any more. */
export class ReservationArchive {
  constructor(
    private readonly database: Database,
    private readonly retentionDays: number,
  ) {}

  /**
   * Where old reservations are: those with ids of version 7, which come in order, and those
   * without.
   */
  async ranges(): Promise<ReservationRange[]> {
    const { rows } = await this.database.pool.query<{ old: string; others: string }>(BOUNDS, [
      this.retentionDays,
    ]);
    const { old, others } = rows[0]!;
    return [
      { from: FIRST_ID, to: old },
      { from: others, to: undefined },
    ];
  }

  /**
   * Archives the old ones among the next reservations; `next` is undefined behind the last of the
   * range.
   */
  async archive(
    { from, to }: ReservationRange,
    limit: number,
  ): Promise<{ archived: number; next: string | undefined }> {
    const values = [this.retentionDays, from, to, limit + 1];
    const seen = await this.database.pool.query<{ id: string; old: boolean }>(NEXT, values);
    const here = seen.rows.slice(0, limit);
    const old = here.filter((each) => each.old).map(({ id }) => id);
    const archived = old.length === 0 ? 0 : await this.archiveOld(old);
    return { archived, next: seen.rows[limit]?.id };
  }

  /** One transaction: at no moment is what was sold in neither place, or in both. */
  private archiveOld(orderIds: readonly string[]): Promise<number> {
    return this.database.withTransaction(async (tx) => {
      const { rows } = await tx.query<{ id: string }>(LOCK_OLD, [this.retentionDays, orderIds]);
      if (rows.length > 0) await tx.query(ARCHIVE, [rows.map(({ id }) => id)]);
      return rows.length;
    });
  }
}
