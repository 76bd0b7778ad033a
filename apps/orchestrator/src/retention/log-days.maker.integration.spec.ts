import { createLoggerTo, metricsRegistry } from '@backstitch/service-kit';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Orchestrators } from '../testing/orchestrators.js';
import { type ClaimFixture, claimFixture } from '../testing/claim-fixture.js';
import { NO_DAYS } from '../testing/retention-fixture.js';
import { LogDaysMaker } from './log-days.maker.js';
import { LogDaysRepository } from './log-days.repository.js';

const AHEAD = 4;
/** For what hangs, not for what is slow. */
const PATIENTLY = { timeoutMs: 60_000 };
const lines: string[] = [];
let log: ClaimFixture;
let maker: LogDaysMaker;

const makerOn = ({ database }: ClaimFixture) =>
  new LogDaysMaker({
    days: new LogDaysRepository(database),
    logger: createLoggerTo({ write: (line) => void lines.push(line) }, 'test', 'info'),
    ahead: AHEAD,
  });

beforeAll(async () => {
  log = await claimFixture();
  maker = makerOn(log).expose();
});
afterAll(() => log.close());
beforeEach(async () => {
  await log.query('TRUNCATE saga_logs');
  await log.query(NO_DAYS);
  lines.length = 0;
});

const DAYS = `SELECT count(*)::int AS days FROM pg_inherits
  WHERE inhparent = 'saga_logs'::regclass AND inhrelid <> 'saga_logs_default'::regclass`;
const days = async () => Number((await log.query(DAYS))[0]!.days);
const ahead = async () =>
  (await metricsRegistry.getSingleMetric('saga_log_days_ahead')!.get()).values[0]!.value;
const logged = (daysAhead: number) =>
  log.query(
    `INSERT INTO saga_logs
      SELECT gen_random_uuid(), now() + $1::float8 * interval '1 day', 'A', 'STARTED'`,
    [daysAhead],
  );
/** On a slow disk one try is not enough; answers how many days all tries made. */
async function madeUntil(wanted: number, makers = [maker]): Promise<number> {
  let made = 0;
  await waitFor(
    `${wanted} days to be made`,
    async () => {
      for (const each of await Promise.all(makers.map((one) => one.make()))) made += each;
      return (await days()) === wanted;
    },
    PATIENTLY,
  );
  return made;
}

describe('the days of the log', () => {
  it('are made beforehand, that of today included', async () => {
    expect(await madeUntil(AHEAD + 1)).toBe(AHEAD + 1);
    expect(await ahead()).toBe(AHEAD);
    await logged(0);
    expect(await log.query('SELECT FROM saga_logs_default')).toEqual([]);
    lines.length = 0;
    expect([await maker.make(), lines]).toEqual([0, []]);
  });

  it('are logged as missing, with the reason, while another session reads the whole log', async () => {
    const reading = await log.database.pool.connect();
    await reading.query('BEGIN; SELECT count(*) FROM saga_logs');
    expect([await maker.make(), await ahead()]).toEqual([0, -1]);
    expect(lines).toEqual([expect.stringMatching(/lock timeout.*could not be made/)]);
    await reading.query('COMMIT');
    reading.release();
    expect(await madeUntil(AHEAD + 1)).toBe(AHEAD + 1);
    expect(await ahead()).toBe(AHEAD);
  });

  it('are made except one whose rows are in the default partition, which is logged', async () => {
    await logged(0);
    await logged(3);
    expect(await madeUntil(AHEAD - 1)).toBe(AHEAD - 1);
    expect(await ahead()).toBe(-1);
    expect(lines.at(-1)).toContain('the default partition has rows of it');
    expect(await log.query('SELECT FROM saga_logs')).toHaveLength(2);
  });

  it('are each made once by two orchestrators that make them at once', async () => {
    expect(await madeUntil(AHEAD + 1, [maker, makerOn(log)])).toBe(AHEAD + 1);
    expect(lines.join()).not.toContain('already exists');
  });
});

describe('an orchestrator that starts', () => {
  it('makes days before it has sagas, and starts without them when they cannot be made', async () => {
    const shop = await Orchestrators.prepare();
    const made = async () => Number((await shop.query(DAYS))[0]!.days);
    try {
      await shop.query(NO_DAYS);
      const letGo = await shop.hold('SELECT count(*) FROM saga_logs');
      await shop.ready(await shop.start());
      expect(await made()).toBe(0);
      await letGo();
      await waitFor(
        'a start to have made days',
        async () => {
          const one = await shop.ready(await shop.start());
          const found = await made();
          await one.kill();
          return found > 0;
        },
        PATIENTLY,
      );
    } finally {
      await shop.close();
    }
  });
});
