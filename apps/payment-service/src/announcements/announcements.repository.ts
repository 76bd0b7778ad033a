import type { Database, Statement } from '@backstitch/database';

/** What the saga of an opened payment is to be told. */
export interface Announcement {
  sagaId: string;
  what: 'paid' | 'exhausted';
}

interface Row {
  saga_id: string;
  status: 'PENDING' | 'SUCCESS';
}

/**
 * Payments that were paid, or have no attempt left, and that their saga has not closed: it has not
 * acted on it. Each is taken by one worker, and again only after the pause.
 */
function takeAnnouncements(limit: number, pauseMs: number): Statement {
  return {
    name: 'take_announcements',
    text: `WITH due AS MATERIALIZED (
        SELECT order_id FROM payments
        WHERE flow = 'OPEN' AND closed_at IS NULL AND NOT refund_requested
          AND status IN ('PENDING', 'SUCCESS') AND saga_id IS NOT NULL
          AND (announced_at IS NULL
            OR announced_at <= clock_timestamp() - make_interval(secs => $2 / 1000.0))
          AND (status = 'SUCCESS' OR attempts_max <= (
            SELECT count(*) FROM payment_attempts
            WHERE payment_attempts.order_id = payments.order_id AND number IS NOT NULL
              AND payment_attempts.status IN ('DECLINED', 'VOIDED')))
        ORDER BY announced_at NULLS FIRST LIMIT $1 FOR UPDATE SKIP LOCKED
      )
      UPDATE payments SET announced_at = clock_timestamp()
      FROM due WHERE payments.order_id = due.order_id
      RETURNING payments.saga_id, payments.status`,
    values: [limit, pauseMs],
  };
}

export class AnnouncementRepository {
  constructor(private readonly database: Pick<Database, 'query'>) {}

  /** What is due now; the same is due again after the pause. */
  async take(limit: number, pauseMs: number): Promise<Announcement[]> {
    const rows = await this.database.query<Row>(takeAnnouncements(limit, pauseMs));
    return rows.map(({ saga_id: sagaId, status }) => {
      return { sagaId, what: status === 'SUCCESS' ? 'paid' : 'exhausted' };
    });
  }
}
