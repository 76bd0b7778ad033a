import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reconcile, type Reconciliation } from './reconcile.js';
import { SeededDatabases, sagaOf } from './testing/seeded-databases.js';

/** As recorded by an orchestrator: the checkout's step names, in another order and with other undos. */
const GIFT_CARD = [
  ['PAYMENT_PROCESSED', 'REFUND_PAYMENT (payment.refund on payment_commands)', 'before it'],
  ['INVENTORY_RESERVED', 'RELEASE_INVENTORY (order.cancel on order_commands)', 'before it'],
  ['ORDER_CREATED', 'none', 'at or behind it'],
].map(([name, undo, pivot]) => ({
  name,
  undo,
  pivot,
  do: '',
  rejections: 'none',
  keep: 'nothing',
}));

interface Planted {
  what: string;
  status: 'DONE' | 'COMPENSATED' | 'RUNNING';
  step: string;
  /** Spans of its log: `STEP`, or `STEP:FAILED`. */
  log: readonly string[];
  also?: string;
  breaks: readonly number[];
}

type LogHistory = Pick<Planted, 'log' | 'also'>;
const done = (breaks: readonly number[], what: string, history: LogHistory): Planted => {
  return { what, breaks, status: 'DONE', step: 'COMPLETED', ...history };
};
const undone = (breaks: readonly number[], what: string, ...log: string[]): Planted => {
  return { what, breaks, status: 'COMPENSATED', step: 'COMPENSATED', log };
};
const running = (breaks: readonly number[], what: string, step: string, set: string): Planted => {
  const also = `UPDATE saga_state SET wake_at = now(), ${set} WHERE saga_id = $own`;
  return { what, breaks, status: 'RUNNING', step, log: [], also };
};

const ALL = ['PAYMENT_PROCESSED', 'INVENTORY_RESERVED', 'ORDER_CREATED'];
const BEGUN = ['PAYMENT_PROCESSED', 'INVENTORY_RESERVED:FAILED'];
const LATE = `saga_deadline_at = now() - interval '1 hour'`;

const PLANTED: readonly Planted[] = [
  done([], 'that is done', { log: ALL }),
  undone([], 'that was undone by its own undos', ...BEGUN, 'REFUND_PAYMENT'),
  done([5], 'that ran in the order of the checkout', { log: ALL.toReversed() }),
  done([5], 'without the end row of a step', {
    log: ALL,
    also: `DELETE FROM saga_logs
      WHERE saga_id = $own AND step = 'ORDER_CREATED' AND status = 'COMPLETED'`,
  }),
  undone([5], 'whose undo was skipped', ...BEGUN),
  running([], 'that is retried past its deadline at its own pivot', 'ORDER_CREATED', LATE),
  running([4], 'that is past its deadline before its pivot', 'INVENTORY_RESERVED', LATE),
  running([4], 'that is parked without a reason', 'ORDER_CREATED', 'needs_attention = true'),
  done([7], 'that a key names and that does not exist', {
    log: [],
    also: `INSERT INTO idempotency_keys (caller, kind, key, request_hash, saga_id, created_at)
        VALUES ('user', 'KEYED', $own, 'hash', $own, now());
      DELETE FROM saga_state WHERE saga_id = $own`,
  }),
];

/** The gift card's saga: its order is that of a checkout, which has a saga of its own. */
const ownOf = (orderId: string) => `${orderId.slice(0, -1)}${orderId.endsWith('f') ? 'e' : 'f'}`;

const AGO = `now() - interval '1 minute'`;
const saga = ({ status, step }: Planted) => `
  INSERT INTO saga_state (saga_id, order_id, definition, definition_version, status, current_step,
    attempt, needs_attention, saga_deadline_at, failure, kept, input, version, epoch, owner,
    last_log_at, created_at, updated_at)
  VALUES ($own, $id, 'gift-card', 1, '${status}', '${step}', 1, false, ${AGO}, NULL, '{}', '{}', 1, 1,
    gen_random_uuid(), ${AGO}, ${AGO}, ${AGO})`;
const logs = ({ log }: Planted) =>
  log.flatMap((span, index) => {
    const [step, end = 'COMPLETED'] = span.split(':');
    return ['STARTED', end].map(
      (status, half) => `INSERT INTO saga_logs (saga_id, created_at, step, status)
        VALUES ($own, ${AGO} + interval '${2 * index + half} milliseconds', '${step}', '${status}')`,
    );
  });

describe('reconciling sagas of another definition', () => {
  let databases: SeededDatabases;
  const ids: string[] = [];
  let found: Reconciliation;

  beforeAll(async () => {
    databases = await SeededDatabases.open();
    const record = `INSERT INTO saga_definitions (name, version, fingerprint)
      VALUES ('gift-card', 1, '${JSON.stringify(GIFT_CARD)}')`;
    await databases.run('orchestrator', record, '');
    for (const planted of PLANTED) {
      const id = await databases.checkout('DONE');
      ids.push(id);
      for (const sql of [saga(planted), ...logs(planted), planted.also ?? 'SELECT']) {
        await databases.run('orchestrator', sql.replaceAll('$own', `'${ownOf(id)}'`), id);
      }
    }
    found = await reconcile(databases.urls);
  }, 60_000);
  afterAll(() => databases?.close());

  it.each(PLANTED.map((planted, index) => ({ ...planted, index })))(
    'tells one $what as a breach of $breaks, and nothing of the checkout beside it',
    ({ index, breaks }) => {
      const id = ids[index]!;
      const of = (...some: string[]) =>
        found.breaches.flatMap((breach) => (some.includes(breach.id) ? [breach.invariant] : []));
      expect([...new Set(of(ownOf(id)))]).toEqual(breaks);
      expect(of(id, sagaOf(id))).toEqual([]);
    },
  );
});
