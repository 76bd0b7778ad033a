import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './logger.js';

/** Runs SQL: a pool, or a connection inside a transaction. */
export interface CurrencyStore {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** The amounts of a database are in another currency than the configured one. */
export class AnotherCurrency extends Error {}

const NEXT_TRY_MS = 500;
/** The start waits at most this long for a database that does not answer. */
const HELD_UP_MS = 2_000;

const STORED = 'SELECT currency FROM settings';
const RECORD = 'INSERT INTO settings (currency) VALUES ($1) ON CONFLICT DO NOTHING';

/**
 * Records the currency in a database that has none yet, when `mayRecord` lets it. Throws
 * AnotherCurrency, saying what to do, when the database has another one.
 */
export async function requireCurrency(
  store: CurrencyStore,
  currency: string,
  mayRecord: () => Promise<void> = async () => undefined,
): Promise<void> {
  let stored = await storedIn(store);
  if (stored === undefined) {
    await mayRecord();
    await store.query(RECORD, [currency]);
    stored = await storedIn(store);
  }
  if (stored !== currency) throw new AnotherCurrency(otherCurrency(stored, currency));
}

async function storedIn(store: CurrencyStore): Promise<string | undefined> {
  const [row] = (await store.query(STORED)).rows;
  return row && String(row.currency);
}

/** The message for the person who started the app. */
function otherCurrency(stored: string | undefined, configured: string): string {
  return (
    `the amounts in this database are in ${stored}, and CURRENCY is ${configured}: set CURRENCY=${stored}, ` +
    `or give ${configured} databases of its own (npm start -- --fresh empties those that npm start made)`
  );
}

/**
 * Runs `check` until the database has answered it, and resolves then; ends the process with 1 when
 * it throws AnotherCurrency. Nothing that reads or writes amounts may begin before.
 */
export async function untilCurrencyKnown(
  check: () => Promise<void>,
  logger: Logger,
): Promise<void> {
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (error instanceof AnotherCurrency) {
        logger.fatal({ why: 'another currency' }, error.message);
        process.exit(1);
      }
      // Away, or not migrated yet: what readiness says.
      await pause(NEXT_TRY_MS, undefined, { ref: false });
    }
  }
}

/**
 * Resolves with `known`, or when a start must not be held up any longer by a database that is away.
 */
export async function soonKnown(known: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  // Not unref'd: it is all that keeps a process alive which has nothing open yet.
  const heldUp = new Promise<void>((resolve) => void (timer = setTimeout(resolve, HELD_UP_MS)));
  await Promise.race([known, heldUp]);
  clearTimeout(timer);
}
