import pg from 'pg';
import { databaseFault } from '../database-fault.js';

/** A named statement is parsed and planned once per connection. */
export interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

/** Settings for one transaction: SET LOCAL. */
export type LocalSettings = Readonly<Record<string, string | number>>;

type Row = Record<string, unknown>;
type Rows = Row[];

/**
 * A statement after a failed one of its transaction fails with this; the first one has the reason.
 */
const IN_FAILED_TRANSACTION = '25P02';
const nothing = Promise.resolve<{ rows: Row[] }>({ rows: [] });

/**
 * One transaction whose statements are sent in groups. The statements of a group are sent together
 * and cost one round trip; row locks are held for that much less time. BEGIN is sent with the first
 * group. A statement that is left out (undefined) has no rows.
 */
export class PipelinedTransaction<Client extends pg.ClientBase = pg.PoolClient> {
  /** After this the outcome depends on more than the statements. */
  isCommitting = false;
  private readonly begun: Promise<unknown>;

  constructor(
    /** For statements that are sent one at a time. */
    readonly client: Client,
    begin: string,
  ) {
    this.begun = client.query(begin);
    this.begun.catch(() => undefined); // the statements that follow fail, too
  }

  /** Runs `work`, which ends the transaction by commit(). An error rolls back and is thrown on. */
  async run<Result>(work: (transaction: this) => Promise<Result>): Promise<Result> {
    try {
      return await work(this);
    } catch (error) {
      // A connection that is away is lost, and so is its transaction.
      if (databaseFault(error) !== 'away') {
        await this.client.query('ROLLBACK').catch(() => undefined);
      }
      throw error;
    }
  }

  send(...statements: (Statement | undefined)[]): Promise<Rows[]> {
    return this.sendTogether(statements);
  }

  /** Sends the last statements and COMMIT; resolves when the commit is confirmed. */
  commit(...statements: (Statement | undefined)[]): Promise<Rows[]> {
    this.isCommitting = true;
    return this.sendTogether(statements, 'COMMIT');
  }

  private async sendTogether(
    statements: readonly (Statement | undefined)[],
    end?: string,
  ): Promise<Rows[]> {
    const sent = statements.map((each) => (each ? this.client.query<Row>(each) : nothing));
    const ended = end && this.client.query(end);
    const settled = await Promise.allSettled([this.begun, ...sent, ended]);
    const failures = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    if (failures.length > 0) throw failures.find((error) => !isAftermath(error)) ?? failures[0];
    return (await Promise.all(sent)).map((result) => result.rows);
  }
}

/** BEGIN with its settings: one message. Pure. */
export function beginWith(settings: LocalSettings): string {
  const sets = Object.entries(settings).map(([name, value]) => {
    return `; SET LOCAL ${name} = ${typeof value === 'number' ? value : pg.escapeLiteral(value)}`;
  });
  return `BEGIN${sets.join('')}`;
}

function isAftermath(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === IN_FAILED_TRANSACTION;
}
