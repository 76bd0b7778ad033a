import type { Database, Transaction } from '@backstitch/database';
import {
  chained,
  type ChainHead,
  type ChainedEvent,
  chainProblem,
  type EventSource,
  FIRST_HASH,
  headProblem,
  type WhatHappened,
} from './event-chain.js';
import { AFTER, INSERT, LAST, LOCK } from './events.sql.js';

const PAGE = 1_000;
/** Also a row whose number is no number of an event is read. */
const FIRST_SEQ = -1_000_000;

export interface Verification {
  events: number;
  /** What is wrong with the first event that is wrong. */
  problem: string | undefined;
  /** The last event. */
  head: ChainHead | undefined;
}

/** The append-only record of what happened. */
export class EventsRepository {
  constructor(private readonly database: Database) {}

  /** In the transaction of what it tells about, and last in it: others wait for the next number. */
  async append(
    what: WhatHappened,
    { network, requestId }: EventSource,
    tx: Transaction,
  ): Promise<void> {
    await tx.query(LOCK);
    const [last] = (await tx.query<ChainedEvent>(LAST)).rows;
    const place = {
      seq: (last?.seq ?? 0) + 1,
      atMs: Date.now(),
      previousHash: last?.hash ?? FIRST_HASH,
    };
    const { seq, atMs, previousHash, hash } = chained({ ...what, network, requestId }, place);
    const { actor, action, subject, outcome } = what;
    const fields = [actor, action, subject, outcome, network, requestId];
    await tx.query(INSERT, [seq, atMs, ...fields, previousHash, hash]);
  }

  /** In a transaction of its own. */
  record(what: WhatHappened, source: EventSource): Promise<void> {
    return this.database.withTransaction((tx) => this.append(what, source, tx));
  }

  async page(after: number, limit: number): Promise<ChainedEvent[]> {
    return (await this.database.pool.query<ChainedEvent>(AFTER, [after, limit])).rows;
  }

  /**
   * Reads all events. `known`: the head that an earlier check printed. A chain without its last
   * events is still a chain: only a known head tells that they were removed.
   */
  async verify(known?: ChainHead): Promise<Verification> {
    let before: ChainedEvent | undefined;
    for (let events = 0, after = FIRST_SEQ; ; ) {
      const page = await this.page(after, PAGE);
      for (const event of page) {
        const problem = chainProblem(event, before) ?? headProblem(event, known);
        if (problem) return { events, problem, head: undefined };
        before = event;
        after = event.seq;
        events += 1;
      }
      if (page.length === PAGE) continue;
      const isGone = known !== undefined && known.seq > events;
      const problem = isGone ? `event ${events + 1} is missing` : undefined;
      const head = before && { seq: before.seq, hash: before.hash.toString('hex') };
      return { events, problem, head };
    }
  }
}
