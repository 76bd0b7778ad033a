import type { Database, Transaction } from '@backstitch/database';
import { chained, type ChainedEvent, chainProblem, FIRST_HASH } from './event-chain.js';
import type { IdentityEvent } from './event-chain.js';
import { AFTER, INSERT, LAST, LOCK } from './events.sql.js';

const PAGE = 1_000;

/** The append-only record of what happened. */
export class EventsRepository {
  constructor(private readonly database: Database) {}

  /** In the transaction of what it tells about, and last in it: others wait for the next number. */
  async append(event: IdentityEvent, tx: Transaction): Promise<void> {
    await tx.query(LOCK);
    const [last] = (await tx.query<ChainedEvent>(LAST)).rows;
    const place = {
      seq: (last?.seq ?? 0) + 1,
      atMs: Date.now(),
      previousHash: last?.hash ?? FIRST_HASH,
    };
    const { seq, atMs, previousHash, hash } = chained(event, place);
    const { actor, action, subject, outcome, network, requestId } = event;
    const what = [actor, action, subject, outcome, network, requestId];
    await tx.query(INSERT, [seq, atMs, ...what, previousHash, hash]);
  }

  /** In a transaction of its own. */
  record(event: IdentityEvent): Promise<void> {
    return this.database.withTransaction((tx) => this.append(event, tx));
  }

  async page(after: number, limit: number): Promise<ChainedEvent[]> {
    return (await this.database.pool.query<ChainedEvent>(AFTER, [after, limit])).rows;
  }

  /** How many events there are, and what is wrong with the first one that is. */
  async verify(): Promise<{ events: number; problem: string | undefined }> {
    let before: ChainedEvent | undefined;
    for (let events = 0; ; ) {
      const page = await this.page(before?.seq ?? 0, PAGE);
      for (const event of page) {
        const problem = chainProblem(event, before);
        if (problem) return { events, problem };
        before = event;
        events += 1;
      }
      if (page.length < PAGE) return { events, problem: undefined };
    }
  }
}
