import { waitFor } from '@backstitch/testkit';
import {
  DATABASE_OWNERS,
  type DatabaseName,
  ownerOf,
  SAGA_DATABASES,
  serverRows,
} from '@backstitch/tools';
import { afterEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { Repeated } from './repeated.js';
import { type Answer, checkout, get, limited, LIMITED, mouse, MOUSE } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const NAMES = SAGA_DATABASES;
/** What is under way waits for its database, however long that takes on a busy machine. */
const PATIENT = {
  CHECKOUT_DEDUPE_SECONDS: '0',
  CHECKOUT_WAIT_MS: '60000',
  SLOW_CHECKOUT_MS: '120000',
  STEP_ATTEMPTS: '100',
  STEP_DEADLINE_MS: '200000',
  SAGA_DEADLINE_MS: '400000',
};

let system: System;

withSystem({ env: PATIENT, reconciledAfterMs: 60_000 }, (started) => {
  system = started;
  return system.stock(100_000, MOUSE, LIMITED);
});
afterEach(() => system.settled(), 120_000);

const buy = (): Promise<Answer> =>
  checkout(system.gatewayUrl, [mouse(1)], { key: crypto.randomUUID() });
const nameOf = (database: DatabaseName): string =>
  new URL(system.databases[database].url).pathname.slice(1);

/** The lines of all apps since then that are warnings or worse. */
function complaintsSince(counts: ReadonlyMap<string, number>, levelMin: number): string[] {
  return system.processes.flatMap(({ app, lines }) =>
    lines.slice(counts.get(app)).filter((line) => {
      const level = /"level":(?:"(\w+)"|(\d+))/.exec(line);
      const rank = { warn: 40, error: 50, fatal: 60 }[level?.[1] ?? ''] ?? Number(level?.[2] ?? 0);
      return rank >= levelMin;
    }),
  );
}

const lineCounts = (): Map<string, number> =>
  new Map(system.processes.map(({ app, lines }) => [app, lines.length]));

/** Shoppers who buy one mouse after another until told to stop. */
const shopping = (shoppers: number) => new Repeated(buy, { atOnce: shoppers });

const statuses = (answers: readonly Answer[]): number[] => [
  ...new Set(answers.map(({ status }) => status)),
];

describe('a schema that changes under load', () => {
  const CHANGES: [DatabaseName, string][] = [
    ['inventory', 'ALTER TABLE products ALTER price TYPE numeric(18,2)'],
    ['inventory', 'ALTER TABLE reservations ALTER refusal_code TYPE varchar(200)'],
    ['inventory', 'ALTER TABLE reservation_items ADD COLUMN note text'],
    ['orders', 'ALTER TABLE orders ALTER total_amount TYPE numeric(18,2)'],
    ['orders', 'ALTER TABLE order_events ADD COLUMN note text'],
    ['payments', 'ALTER TABLE payments ALTER amount TYPE numeric(18,2)'],
    ['payments', 'ALTER TABLE bank.charges ALTER amount TYPE numeric(18,2)'],
    ['payments', 'DROP INDEX payments_unsettled'],
    ['orchestrator', 'ALTER TABLE saga_state ALTER current_step TYPE varchar(200)'],
    ['orchestrator', 'ALTER TABLE saga_state ADD COLUMN note text'],
    ['orchestrator', 'ALTER TABLE idempotency_keys ALTER request_hash TYPE varchar(200)'],
    ['orchestrator', 'DROP INDEX idempotency_keys_age'],
  ];

  it('is noticed by no shopper: every checkout is 200, and no line of the log complains', async () => {
    const shop = shopping(8);
    const served = (count: number) =>
      waitFor('checkouts', () => shop.answers.length >= count, { timeoutMs: 60_000 });
    await served(50);
    const before = lineCounts();
    for (const [database, change] of CHANGES) {
      await system.rows(database, change);
      await served(shop.answers.length + 20);
    }
    await shop.stop();
    expect(statuses(shop.answers)).toEqual([200]);
    expect(complaintsSince(before, 40)).toEqual([]);
  }, 300_000);
});

describe('a row that another session keeps locked', () => {
  /** Holds a lock until `work` is done; it is still held then. */
  const whileLocked = async (
    database: DatabaseName,
    [lock, ...values]: [string, ...unknown[]],
    work: () => Promise<void>,
  ): Promise<void> => {
    const client: pg.PoolClient = await system.databases[database].pool.connect();
    try {
      await client.query('BEGIN');
      const { rowCount } = await client.query(lock, values);
      expect(rowCount).toBeGreaterThan(0);
      await work();
      await client.query('ROLLBACK');
    } finally {
      client.release(true);
    }
  };

  it('delays only its own buyers: others are served while it is locked', async () => {
    let ofLocked: Promise<Answer[]> | undefined;
    const before = lineCounts();
    const lock = 'SELECT 1 FROM products WHERE id = $1 FOR UPDATE';
    await whileLocked('inventory', [lock, LIMITED], async () => {
      const buyers = Array.from({ length: 12 }, (_, n) =>
        checkout(system.gatewayUrl, n % 3 === 0 ? [limited(1), mouse(1)] : [limited(1)]),
      );
      ofLocked = Promise.all(buyers);
      const shop = shopping(8);
      await waitFor('others to be served', () => shop.answers.length >= 300, {
        timeoutMs: 120_000,
      });
      await shop.stop();
      expect(statuses(shop.answers)).toEqual([200]);
    });
    for (const { status } of await ofLocked!) expect([200, 202, 503]).toContain(status);
    const lines = complaintsSince(before, 40);
    expect(lines.filter((line) => line.includes('breaker open'))).toEqual([]);
    expect(complaintsSince(before, 50)).toEqual([]);
  }, 300_000);

  it('keeps no undo of another order waiting', async () => {
    const lock = 'SELECT 1 FROM products WHERE id = $1 FOR UPDATE';
    await system.stock(0, MOUSE);
    let ofLocked: Promise<Answer> | undefined;
    await whileLocked('inventory', [lock, LIMITED], async () => {
      ofLocked = checkout(system.gatewayUrl, [limited(1)]);
      const answers = await Promise.all(Array.from({ length: 20 }, buy));
      expect(answers.map(({ body }) => body.code)).toEqual(answers.map(() => 'INSUFFICIENT_STOCK'));
    });
    await ofLocked;
    await system.stock(100_000, MOUSE, LIMITED);
  }, 300_000);

  it.each<[DatabaseName, string]>([
    ['orders', 'SELECT 1 FROM orders ORDER BY created_at DESC LIMIT 50 FOR UPDATE'],
    ['payments', 'SELECT 1 FROM payments ORDER BY transaction_date DESC LIMIT 50 FOR UPDATE'],
    ['inventory', 'SELECT 1 FROM reservations ORDER BY created_at DESC LIMIT 50 FOR UPDATE'],
    ['orchestrator', 'SELECT 1 FROM saga_state ORDER BY created_at DESC LIMIT 50 FOR UPDATE'],
    ['orchestrator', 'SELECT 1 FROM idempotency_keys ORDER BY created_at DESC LIMIT 50 FOR UPDATE'],
  ])(
    'of others’ orders keeps no new checkout waiting (%s: %s)',
    async (database, lock) => {
      const underWay = shopping(4);
      await waitFor('checkouts under way', () => underWay.answers.length > 20);
      const done = underWay.stop();
      await whileLocked(database, [lock], async () => {
        const answers = await Promise.all(Array.from({ length: 40 }, buy));
        expect(statuses(answers)).toEqual([200]);
      });
      await done;
    },
    300_000,
  );
});

describe('a database that takes no connections', () => {
  const allow = async (database: DatabaseName, isAllowed: boolean): Promise<void> => {
    const admin = NAMES.find((each) => each !== database)!;
    const name = nameOf(database);
    await system.rows(admin, `ALTER DATABASE "${name}" ALLOW_CONNECTIONS ${isAllowed}`);
    const cut = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
    if (!isAllowed) await system.rows(admin, cut, [name]);
  };

  it.each(NAMES)(
    'is away: 503 NOT_ACCEPTED, no bug in the log, and back by itself (%s)',
    async (database) => {
      const before = lineCounts();
      const told = (): string[] =>
        system.apps[ownerOf(database).name].lines
          .slice(before.get(ownerOf(database).name))
          .filter((line) => line.includes('no connection to the database'));
      await allow(database, false);
      const accepted: Promise<Answer>[] = [];
      try {
        await waitFor(
          'checkouts to be refused',
          async () => {
            const asked = buy();
            accepted.push(asked);
            const soon = await Promise.race([
              asked,
              new Promise<undefined>((resolve) => setTimeout(resolve, 1_000)),
            ]);
            return soon?.status === 503 && soon.body.code === 'NOT_ACCEPTED';
          },
          { timeoutMs: 60_000 },
        );
        // A first refusal may come of a connection that was cut, before another one was tried.
        await waitFor('the app to log it', () => told().length > 0);
        const queue = system.apps[ownerOf(database).name].lines;
        if (database !== 'orchestrator') {
          expect(queue.some((line) => line.includes('consumer paused'))).toBe(true);
        }
      } finally {
        await allow(database, true);
      }
      for (const { status } of await Promise.all(accepted)) expect([200, 503]).toContain(status);
      await waitFor('checkouts to be served', async () => (await buy()).status === 200, {
        timeoutMs: 60_000,
      });
      expect(complaintsSince(before, 50)).toEqual([]);
      // Once a pool and a reason, however often it was tried.
      expect(told().length).toBeLessThanOrEqual(12);
    },
    300_000,
  );
});

describe('a database whose settings are not what the code was written with', () => {
  const HOSTILE = {
    datestyle: 'German',
    timezone: 'Pacific/Apia',
    intervalstyle: 'iso_8601',
    extra_float_digits: '-15',
    standard_conforming_strings: 'off',
    array_nulls: 'off',
    quote_all_identifiers: 'on',
    transform_null_equals: 'on',
    row_security: 'off',
    search_path: 'elsewhere',
    default_transaction_isolation: 'serializable',
    lock_timeout: '1',
    idle_in_transaction_session_timeout: '60000',
    idle_session_timeout: '60000',
    enable_indexscan: 'off',
    synchronous_commit: 'off',
  };

  it('serves checkouts and still answers with ISO dates', async () => {
    const before = lineCounts();
    const restart = async (): Promise<void> => {
      for (const { name: app } of DATABASE_OWNERS) await system.apps[app].stop();
      for (const { name: app } of DATABASE_OWNERS) system.apps[app].start();
      await system.ready();
    };
    // By connections of its own: those of the tests' pools would have the settings as well.
    const admin = (sql: string) => serverRows(process.env['TEST_POSTGRES_URL']!, sql);
    try {
      for (const database of NAMES) {
        for (const [setting, value] of Object.entries(HOSTILE)) {
          await admin(`ALTER DATABASE "${nameOf(database)}" SET ${setting} = '${value}'`);
        }
      }
      await restart();
      const answers = await Promise.all(Array.from({ length: 20 }, buy));
      expect(statuses(answers)).toEqual([200]);
      const { orderId, sagaId } = answers[0]!.body;
      const order = await get(system.gatewayUrl, `/api/checkout/orders/${orderId}`);
      expect(JSON.stringify(order.body)).toMatch(/"createdAt":"\d{4}-\d\d-\d\dT[\d:.]+Z"/);
      expect((await get(system.gatewayUrl, `/api/sagas/${sagaId}`)).status).toBe(200);
      const tooMany = await checkout(system.gatewayUrl, [mouse(1_000_000)]);
      expect([409, 400]).toContain(tooMany.status);
    } finally {
      for (const database of NAMES) {
        await admin(`ALTER DATABASE "${nameOf(database)}" RESET ALL`);
      }
      await restart();
    }
    expect(complaintsSince(before, 50)).toEqual([]);
  }, 300_000);
});
