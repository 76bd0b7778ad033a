import {
  createLoggerTo,
  type Database,
  metricsRegistry,
  openDatabase,
} from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HangingDatabase } from '../../testing/hanging-database.js';
import { metricsOf, seriesOf } from '../../testing/metrics.js';
import { Orchestrators, post } from '../../testing/orchestrators.js';
import { copySaga } from '../../testing/stored-rows.js';
import { UNFINISHED_STATES } from './unfinished-totals.js';
import { TOTALS, UnfinishedTotalsRepository } from './unfinished-totals.repository.js';
import { UnfinishedTotalsWatch } from './unfinished-totals.watch.js';

jest.setTimeout(300_000);

/** The second reading is 15 s after the first one. */
const PATIENCE = { timeoutMs: 200_000 };
/** No command is sent twice, and nothing is undone for its age. */
const UNHURRIED = {
  HEARTBEAT_MS: '200',
  OWNER_SILENT_MS: '1000',
  REPLY_TIMEOUT_MS: '120000',
  STEP_DEADLINE_MS: '600000',
  SAGA_DEADLINE_MS: '3600000',
};
const ASYNC = { prefer: 'respond-async' };

let shop: Orchestrators;
beforeEach(async () => {
  shop = await Orchestrators.prepare();
});
afterEach(() => shop.close());

const seriesName = (state: string, definition = 'checkout') =>
  `backstitch_sagas_unfinished{definition="${definition}",state="${state}"}`;
const start = async () => shop.ready(await shop.start(UNHURRIED));
const unfinished = async (one: AppProcess) => {
  const series = await metricsOf(one);
  return (state: string) => series.get(seriesName(state));
};

describe('the unfinished sagas of the database', () => {
  it('are shown at once by an orchestrator that starts after all were killed', async () => {
    const first = await start();
    for (const user of ['one', 'two', 'three']) await post(first, user, ASYNC);
    await first.kill();
    const second = await shop.start(UNHURRIED);
    const told = await waitFor('the first reading', async () => {
      const states = await unfinished(second);
      return states('running') !== undefined && UNFINISHED_STATES.map(states);
    });
    expect(told.reduce((sum, count) => sum! + count!, 0)).toBe(3);
    // Once it has taken them over, the next reading says that they are driven.
    await waitFor(
      'them to be driven',
      async () => (await unfinished(second))('running') === 3,
      PATIENCE,
    );
    expect((await unfinished(second))('orphaned')).toBe(0);
  });

  it('are counted beyond the number that one orchestrator takes over', async () => {
    const dead = await start();
    await post(dead, 'one', ASYNC);
    await dead.kill();
    await copySaga(shop, 10_004, {});
    const one = await shop.start(UNHURRIED);
    await waitFor(
      'those that stay to be counted',
      async () => {
        const state = await unfinished(one);
        return state('orphaned') === 5 && state('running') === 10_000;
      },
      PATIENCE,
    );
  });
});

describe('a reading of the unfinished sagas', () => {
  let database: Database;
  let watch: UnfinishedTotalsWatch;
  let way: HangingDatabase;
  const instanceId = newUuid();
  beforeEach(async () => {
    const one = await start();
    await post(one, 'one', ASYNC);
    const logger = createLoggerTo({ write: () => undefined }, 'test', 'info');
    way = await HangingDatabase.before(shop.database.url);
    database = openDatabase({
      url: way.url,
      name: 'test',
      logger,
      keyLookups: true,
      statementTimeoutMs: 500,
    });
    const definitions = ['checkout', 'refund'].map((name) => ({ name, version: 2 }));
    const reader = { instanceId, definitions, silentAfterMs: 5_000 };
    watch = new UnfinishedTotalsWatch(new UnfinishedTotalsRepository(database, reader), logger);
  });
  afterEach(async () => {
    await database.close();
    await way.close();
  });

  const told = async () => {
    await watch.read().catch(() => undefined);
    return seriesOf(await metricsRegistry.metrics());
  };

  it('counts running, undoing, parked and orphaned sagas of each definition, those of unknown versions and names, and the oldest age; and nothing while the database does not answer', async () => {
    watch.expose();
    await copySaga(shop, 2, { status: `'COMPENSATING'` });
    await copySaga(shop, 3, { needs_attention: 'true' });
    await copySaga(shop, 4, { owner: 'gen_random_uuid()' });
    await copySaga(shop, 5, { owner: 'gen_random_uuid()', definition_version: '99' });
    await copySaga(shop, 6, { owner: `'${instanceId}'`, definition_version: '99' });
    // Driven by an orchestrator that knows it, as while a new version is deployed.
    await copySaga(shop, 7, { definition_version: '99' });
    await copySaga(shop, 8, { status: `'DONE'` });
    await copySaga(shop, 1, { created_at: `now() - interval '1 hour'` });
    // Waits that are over, and one that is not.
    const late = { status: `'WAITING'`, due_at: `now() - interval '1 minute'` };
    await copySaga(shop, 20, late);
    await copySaga(shop, 30, { ...late, definition_version: '99' });
    await copySaga(shop, 40, { ...late, due_at: `now() + interval '1 minute'` });
    // Of definitions that are not registered here; those of the last one are driven by a process that knows them.
    await copySaga(shop, 9, { owner: 'gen_random_uuid()', definition: `'later'` });
    await copySaga(shop, 10, { definition: `'elsewhere'` });
    const all = await told();
    const of = (state: string) => all.get(seriesName(state));
    expect([of('running'), of('undoing'), of('parked')]).toEqual([1 + 7 + 1, 2, 3]);
    expect([of('orphaned'), of('unknown_version')]).toEqual([4 + 20, 5 + 6 + 30]);
    expect(
      all.get('backstitch_sagas_oldest_unfinished_age_seconds{definition="checkout"}'),
    ).toBeGreaterThan(3_599);
    expect(all.get(seriesName('unknown_version', 'later'))).toBe(9);
    expect(all.get(seriesName('running', 'elsewhere'))).toBe(10);
    expect(all.get(seriesName('running', 'later'))).toBeUndefined();
    expect(UNFINISHED_STATES.map((state) => all.get(seriesName(state, 'refund')))).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(all.get('backstitch_sagas_unfinished_read_failures_total')).toBe(0);

    const none = await way.whileHanging(told);
    expect([...none.keys()].filter((name) => /unfinished[{_](?!read)/.test(name))).toEqual([]);
    expect(none.get('backstitch_sagas_unfinished_read_failures_total')).toBe(1);
    expect((await told()).get(seriesName('parked'))).toBe(3);
  });

  it('finds its rows by the index of unfinished sagas, however many have ended', async () => {
    await copySaga(shop, 20_000, { status: `'DONE'` });
    await shop.query('ANALYZE saga_state');
    const values = [instanceId, 5_000, ['checkout@1']];
    const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN ${TOTALS}`,
      values,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('saga_state_unfinished');
    expect(plan).not.toContain('Seq Scan on saga_state');
  });
});
