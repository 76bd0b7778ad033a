import { waitFor } from '@backstitch/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLoggerTo } from '../logger.js';
import { metricsRegistry } from '../metrics.js';
import { PeriodicJob, type PeriodicJobOptions } from './periodic-job.js';

const jobs: PeriodicJob[] = [];
let lines: Record<string, unknown>[] = [];
const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
const logger = createLoggerTo({ write }, 'test', 'info');

function job(options: Partial<PeriodicJobOptions> & Pick<PeriodicJobOptions, 'run'>): PeriodicJob {
  const made = new PeriodicJob({ name: 'sweeper', logger, intervalMs: 1, ...options });
  jobs.push(made);
  return made;
}

/** A run that ends when a test says so. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

afterEach(async () => {
  await Promise.all(jobs.splice(0).map((each) => each.stop()));
  lines = [];
});

const metric = async (name: string) => {
  const told = (await metricsRegistry.metrics()).split('\n');
  const line = told.find((each) => each.startsWith(`backstitch_job_${name}`));
  return line && Number(line.split(' ').at(-1));
};

describe('a periodic job', () => {
  it('runs again and again', async () => {
    let runs = 0;
    job({ run: async () => void (runs += 1) }).start();
    await waitFor('a third run', () => runs >= 3);
    expect(lines).toEqual([]);
  });

  it('never has two runs at once, although it is started twice and runs for longer than its interval', async () => {
    let [runs, now, most] = [0, 0, 0];
    const one = job({
      run: async () => {
        runs += 1;
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now -= 1;
      },
    });
    one.start();
    one.start();
    await waitFor('a fifth run', () => runs >= 5);
    expect(most).toBe(1);
  });

  it('goes on after a run that failed, and logs each failure with its place in a row', async () => {
    let runs = 0;
    job({
      run: () => {
        runs += 1;
        return runs === 3 ? Promise.resolve() : Promise.reject(new Error('the database is away'));
      },
      backoffMsMax: 2,
    }).start();
    await waitFor('a fourth run', () => runs >= 4 && lines.length >= 3);
    expect(lines.slice(0, 3)).toMatchObject(
      [1, 2, 1].map((failuresInARow) => ({
        job: 'sweeper',
        failuresInARow,
        msg: 'a periodic job failed; trying again',
        err: { message: 'the database is away' },
      })),
    );
  });

  it('is stopped when the run under way has ended, and none follows', async () => {
    const [began, end] = [gate(), gate()];
    let runs = 0;
    const one = job({
      run: () => {
        runs += 1;
        began.open();
        return end.opened;
      },
    });
    one.start();
    await began.opened;
    let isStopped = false;
    const stopping = one.stop().then(() => (isStopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    end.open();
    await stopping;
    one.start();
    expect(runs).toBe(1);
  });

  it('tells the run under way that it is stopped; what that run throws then is no failure', async () => {
    const began = gate();
    const one = job({
      name: 'cut-short',
      run: (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('cut short')));
          began.open();
        }),
    });
    one.start();
    await began.opened;
    await one.stop();
    expect(lines).toEqual([]);
    expect(await metric('failures_total{job="cut-short"')).toBe(0);
  });

  it('waits for a run that does not end no longer than it may when it is stopped', async () => {
    const began = gate();
    const one = job({
      run: () => {
        began.open();
        return new Promise(() => undefined);
      },
      stopTimeoutMs: 1,
    });
    one.start();
    await began.opened;
    await one.stop();
  });

  it('does not run before its first delay is over, and is stopped at once during it', async () => {
    let runs = 0;
    const one = job({ run: async () => void (runs += 1), firstDelayMs: 3_600_000 });
    one.start();
    await one.stop();
    expect(runs).toBe(0);
  });

  it('counts its runs and its failures, and tells when the last success was', async () => {
    let runs = 0;
    const one = job({
      name: 'counted',
      run: () => {
        runs += 1;
        return runs === 2 ? Promise.reject(new Error('no')) : Promise.resolve();
      },
    });
    const label = '{job="counted"';
    expect(await metric(`runs_total${label}`)).toBe(0);
    expect(await metric(`failures_total${label}`)).toBe(0);
    expect(await metric(`last_success_timestamp_seconds${label}`)).toBeUndefined();
    one.start();
    await waitFor('a fourth run', () => runs >= 4);
    await one.stop();
    expect(await metric(`runs_total${label}`)).toBe(runs);
    expect(await metric(`failures_total${label}`)).toBe(1);
    expect(await metric(`duration_seconds_count${label}`)).toBe(runs);
    expect(await metric(`last_success_timestamp_seconds${label}`)).toBeGreaterThan(1_700_000_000);
  });
});
