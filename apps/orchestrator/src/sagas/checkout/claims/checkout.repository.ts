import { type BatchOutcome, Coalescer } from '@backstitch/coalesce';
import { type Database, DatabaseAway, databaseFault, watchBatches } from '@backstitch/service-kit';
import {
  type Asking,
  beginCheckouts,
  type Beginning,
  type Begun,
  type ClaimTimes,
  type Held,
  nameOf,
  readHolders,
} from './checkout.claims.js';

/** The connection was lost during the commit: whether the checkout was recorded is not known. */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super('the database did not say whether the checkout was recorded', { cause });
    this.name = 'CommitUnknown';
  }
}

interface Recorded {
  begun: Begun;
  /** The checkout that was recorded: another request's, where equal work was done once. */
  sagaId: string;
  orderId: string;
}

const CONNECTIONS = 2;

/** The claims of checkouts: claim and saga in one transaction, for many checkouts at once. */
export class CheckoutRepository {
  private readonly database: Database;
  private readonly times: ClaimTimes;
  private readonly beginnings: Coalescer<Beginning, Recorded>;
  private readonly queries: Coalescer<Asking, Held | undefined>;

  constructor(database: Database, times: ClaimTimes) {
    this.database = database;
    this.times = times;
    this.beginnings = new Coalescer<Beginning, Recorded>({
      concurrency: CONNECTIONS,
      keyOf: nameOf,
      // A keyed claim never gets another saga, so equal requests may have one answer.
      sameWork: (waiting, arriving) =>
        waiting.claim?.kind === 'KEYED' &&
        waiting.claim.requestHash === arriving.claim?.requestHash,
      run: (batch) => this.beginBatch(batch),
      // What the database refuses may be about one checkout of the batch.
      retrySingly: (error) => ['data', 'bug'].includes(databaseFault(error)),
      isLocked: (error) => databaseFault(error) === 'locked',
    });
    this.queries = new Coalescer<Asking, Held | undefined>({
      keyOf: ({ sagaId }) => sagaId,
      run: (batch) => this.readBatch(batch),
    });
    watchBatches('checkout_claims', this.beginnings);
    watchBatches('checkout_queries', this.queries);
  }

  /**
   * Records a checkout, unless it is there already. Rejects with CommitUnknown when it may have been
   * recorded, with anything else when nothing was; the saga's id makes it safe to ask again.
   */
  async begin(beginning: Beginning): Promise<Begun> {
    const { begun, sagaId, orderId } = await this.beginnings.submit(beginning);
    if (begun.kind !== 'inserted' || sagaId === beginning.sagaId) return begun;
    return { kind: 'exists', sagaId, orderId, status: 'RUNNING' };
  }

  /** The saga of the checkout, without recording anything; undefined when there is none. */
  find(asking: Asking): Promise<Held | undefined> {
    return this.queries.submit(asking);
  }

  private async beginBatch(batch: readonly Beginning[]): Promise<BatchOutcome<Recorded>[]> {
    let isCommitting = false;
    try {
      const all = await this.database.withTransaction(async (tx) => {
        isCommitting = false;
        const begun = await beginCheckouts(tx, batch, this.times);
        isCommitting = true;
        return begun;
      });
      return batch.map(({ sagaId, prepared }, index) => ({
        ok: { begun: all[index]!, sagaId, orderId: prepared.instance.subjectId },
      }));
    } catch (error) {
      throw isCommitting && error instanceof DatabaseAway ? new CommitUnknown(error) : error;
    }
  }

  private async readBatch(batch: readonly Asking[]): Promise<BatchOutcome<Held | undefined>[]> {
    const held = await this.database.reading((client) => readHolders(client, batch, this.times));
    return held.map((ok) => ({ ok }));
  }
}
