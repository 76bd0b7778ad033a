import type { DeadLetter } from '@backstitch/messaging';
import { createLoggerTo, openDatabase } from '@backstitch/service-kit';
import { COMMAND_QUEUES, newUuid } from '@backstitch/shared-types';
import type { Beginning } from '../sagas/checkout/claims/checkout.claims.js';
import type { Claim } from '../sagas/checkout/checkout.js';
import { DeadLettersRepository } from '../operations/dead-letters/dead-letters.repository.js';
import { readDeadLetter } from '../operations/dead-letters/dead-letter.reader.js';
import { newDeadLetter } from '../operations/dead-letters/new-dead-letter.js';
import { LogDaysMaker } from '../retention/log-days.maker.js';
import { LogDaysRepository } from '../retention/log-days.repository.js';
import type { RetentionCounts } from '../retention/retention.js';
import { type RetentionDays, RetentionRepository } from '../retention/retention.repository.js';
import { RetentionWorker } from '../retention/retention.worker.js';
import type { Orchestrators } from './orchestrators.js';
import {
  beginning,
  type ClaimFixture,
  claimFixture,
  keyedBy,
  type Status,
} from './claim-fixture.js';

const FAILURE = {
  step: 'PAYMENT_PROCESSED',
  kind: 'rejected',
  code: 'PAYMENT_DECLINED',
  message: 'no',
};

/** A saga whose last transition was so many days ago, and its log rows with it. */
interface Aged {
  status?: Status;
  claim?: Claim;
  /** The log's, where the saga began earlier. */
  beganDaysAgo?: number;
}

export interface RetentionFixture extends ClaimFixture {
  /** What the workers logged. */
  lines: string[];
  worker(options?: { batchSize?: number; sagas?: number; keys?: number }): RetentionWorker;
  /** A saga of so long ago, with a key of its own. */
  saga(daysAgo: number, aged?: Aged): Promise<Beginning>;
  /** No sagas, no keys, and no partitions but those of these days. */
  empty(): Promise<void>;
  isThere(one: Beginning): Promise<boolean>;
  logsOf(one: Beginning): Promise<number>;
  partitions(): Promise<string[]>;
  /** Dead letters of the payment queue with these bodies, as rows. */
  deadLetter(...bodies: object[]): Promise<void>;
}

const MAKE_DAY = `SELECT make_saga_logs_partitions(day, day)
  FROM (SELECT ((now() - $1::float8 * interval '1 day') AT TIME ZONE 'UTC')::date) AS at (day)`;
/** Leaves the log its default partition alone. */
export const NO_DAYS = `
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT inhrelid::regclass FROM pg_inherits
      WHERE inhparent = 'saga_logs'::regclass AND inhrelid <> 'saga_logs_default'::regclass
    LOOP EXECUTE 'DROP TABLE ' || name; END LOOP;
  END $$`;
const EMPTY = `
  TRUNCATE saga_state, saga_logs, idempotency_keys, dead_letters;
  ${NO_DAYS};
  SELECT make_saga_logs_partitions(now()::date - 1, now()::date + 1)`;
/** Few, for each is a table to be made and dropped. */
const AHEAD = 2;
const SAGAS_DAYS = 30;
const KEYS_DAYS = 60;

export async function retentionFixture(): Promise<RetentionFixture> {
  const claims = await claimFixture();
  const lines: string[] = [];
  const logger = createLoggerTo({ write: (line) => void lines.push(line) }, 'test', 'info');
  const deadLetters = new DeadLettersRepository(claims.database);
  const query: ClaimFixture['query'] = (...asked) => claims.query(...asked);
  const count = async (text: string, one: Beginning) =>
    Number((await query(text, [one.sagaId]))[0]?.count);
  return {
    ...claims,
    lines,
    worker: ({ batchSize = 500, sagas = SAGAS_DAYS, keys = KEYS_DAYS } = {}) =>
      new RetentionWorker({
        repository: new RetentionRepository(claims.database, { sagas, keys }),
        logDays: new LogDaysMaker({
          days: new LogDaysRepository(claims.database),
          logger,
          ahead: AHEAD,
        }),
        logger,
        batchSize,
      }),
    async saga(daysAgo, { status = 'DONE', claim, beganDaysAgo = daysAgo } = {}) {
      const one = beginning(claim ?? keyedBy(`user ${newUuid()}`, 'k'));
      await claims.repository().begin(one);
      for (const day of [daysAgo, beganDaysAgo]) await query(MAKE_DAY, [day]);
      await age(query, one, { status, daysAgo, beganDaysAgo });
      return one;
    },
    empty: async () => void (await query(EMPTY)),
    isThere: async (one) =>
      (await count('SELECT count(*) FROM saga_state WHERE saga_id = $1', one)) === 1,
    logsOf: (one) => count('SELECT count(*) FROM saga_logs WHERE saga_id = $1', one),
    partitions: async () =>
      (
        await query(
          `SELECT inhrelid::regclass::text AS name FROM pg_inherits
            WHERE inhparent = 'saga_logs'::regclass ORDER BY 1`,
        )
      ).map(({ name }) => name as string),
    deadLetter: (...bodies) =>
      deadLetters.store(
        bodies.map((body) => ({
          ...newDeadLetter(
            readDeadLetter({
              queue: COMMAND_QUEUES.payment,
              body: Buffer.from(JSON.stringify(body)),
              properties: { headers: {}, messageId: newUuid() } as DeadLetter['properties'],
            }),
          ),
          isRedelivered: false,
        })),
      ),
    close: () => claims.close(),
  };
}

async function age(
  query: ClaimFixture['query'],
  { sagaId }: Beginning,
  { status, daysAgo, beganDaysAgo }: { status: Status; daysAgo: number; beganDaysAgo: number },
): Promise<void> {
  const ago = (parameter: string) => `clock_timestamp() - ${parameter}::float8 * interval '1 day'`;
  const failure = status === 'COMPENSATED' || status === 'COMPENSATING' ? FAILURE : null;
  await query(
    `UPDATE saga_state SET status = $2, failure = $3, updated_at = ${ago('$4')} WHERE saga_id = $1`,
    [sagaId, status, failure, daysAgo],
  );
  await query(`UPDATE saga_logs SET created_at = ${ago('$2')} WHERE saga_id = $1`, [
    sagaId,
    beganDaysAgo,
  ]);
  await query(`UPDATE idempotency_keys SET created_at = ${ago('$2')} WHERE saga_id = $1`, [
    sagaId,
    beganDaysAgo,
  ]);
  await query(
    `INSERT INTO saga_logs (saga_id, created_at, step, status)
      VALUES ($1, ${ago('$2')}, 'ORDER_CREATED', 'COMPLETED')`,
    [sagaId, daysAgo],
  );
}

/** One run on the database of orchestrators that are processes. */
export async function retentionRunOn(
  { database }: Pick<Orchestrators, 'database'>,
  days: RetentionDays,
): Promise<RetentionCounts | undefined> {
  const logger = createLoggerTo({ write: () => undefined }, 'test', 'info');
  const pool = openDatabase({ url: database.url, name: 'retention', logger, keyLookups: true });
  try {
    return await new RetentionWorker({
      repository: new RetentionRepository(pool, days),
      logDays: new LogDaysMaker({ days: new LogDaysRepository(pool), logger, ahead: AHEAD }),
      logger,
    }).run();
  } finally {
    await pool.close();
  }
}
