import { type PreparedSaga, prepare, statusOf } from '@backstitch/saga-engine';
import {
  createLoggerTo,
  type Database,
  type Logger,
  openDatabase,
  runMigrations,
} from '@backstitch/service-kit';
import { newUuid, openCallerId } from '@backstitch/shared-types';
import { testDatabase } from '@backstitch/testkit';
import type { Beginning } from '../sagas/checkout/claims/checkout.claims.js';
import { type Buyer, type CheckoutInput, type Claim, claimOf } from '../sagas/checkout/checkout.js';
import { CheckoutRepository } from '../sagas/checkout/claims/checkout.repository.js';
import { checkoutSaga } from '../sagas/checkout/checkout-saga.js';
import { MIGRATIONS } from './orchestrators.js';
import { TIMING } from './timing.js';

const PRODUCT = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

const definition = checkoutSaga(TIMING);
const silent: Logger = createLoggerTo({ write: () => undefined }, 'test', 'info');

export type Status = ReturnType<typeof statusOf>;

/** A real database, and as many repositories on it as a test wants orchestrators. */
export interface ClaimFixture {
  database: Database;
  repository(dedupeSeconds?: number, keyDays?: number): CheckoutRepository;
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends or turns a saga, `secondsAgo` by the database's clock. */
  put(sagaId: string, status: Status, secondsAgo?: number): Promise<void>;
  close(): Promise<void>;
}

/** Locks are waited for until PostgreSQL would see a deadlock, unless a test says otherwise. */
export async function claimFixture(lockTimeoutMs = 20_000): Promise<ClaimFixture> {
  const made = await testDatabase({
    name: 'orchestrator',
    migrations: MIGRATIONS,
    migrate: (url) => runMigrations({ url, folder: MIGRATIONS, print: () => undefined }),
  });
  const options = { url: made.url, name: 'test', logger: silent, keyLookups: true };
  const database = openDatabase({ ...options, lockTimeoutMs });
  const query = async (text: string, values: unknown[] = []) =>
    (await database.pool.query<Record<string, unknown>>(text, values)).rows;
  return {
    database,
    repository: (dedupeSeconds = 60, keyDays = 30) =>
      new CheckoutRepository(database, { dedupeSeconds, keyDays }),
    query,
    async put(sagaId, status, secondsAgo = 0) {
      const failure = status === 'DONE' || status === 'RUNNING' ? null : { step: 'X' };
      await query(
        `UPDATE saga_state SET status = $2, failure = $3,
          updated_at = clock_timestamp() - $4 * interval '1 second' WHERE saga_id = $1`,
        [sagaId, status, failure, secondsAgo],
      );
    },
    async close() {
      await database.close();
      await made.drop();
    },
  };
}

const linesOf = (quantity: number) => [{ productId: PRODUCT, quantity, priceMinor: 2999 }];

const buyerOf = (who: string | Buyer): Buyer =>
  typeof who === 'string' ? { caller: openCallerId(who), userId: who } : who;

export const keyedBy = (who: string | Buyer, key: string, quantity = 1): Claim =>
  claimOf(buyerOf(who), linesOf(quantity), key);

export const keylessOf = (who: string | Buyer, quantity = 1): Claim =>
  claimOf(buyerOf(who), linesOf(quantity));

const INPUT: CheckoutInput = { userId: 'user-123', items: [], totalAmount: '0.00' };

export function beginning(
  claim: Claim | undefined,
  sagaId = newUuid(),
  input: CheckoutInput = INPUT,
): Beginning {
  return { sagaId, claim, input, prepared: preparedSaga(sagaId, input) };
}

function preparedSaga(sagaId: string, input: CheckoutInput): PreparedSaga {
  return prepare(definition, {
    sagaId,
    subjectId: newUuid(),
    input,
    owner: newUuid(),
    nowMs: Date.now(),
  });
}
