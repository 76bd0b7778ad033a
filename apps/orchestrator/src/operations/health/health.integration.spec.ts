import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { COMMAND_QUEUES, type OperationsHealth } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, Orchestrators } from '../../testing/orchestrators.js';

/** Nothing listens there. */
const GONE = 'http://127.0.0.1:1';

let shop: Orchestrators;
let watched: AppProcess;
let one: AppProcess;
/** Takes connections and never answers, as a process that is stopped. */
let frozen: Server;
let frozenUrl: string;

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  frozen = createServer(() => undefined);
  await new Promise<void>((resolve) => frozen.listen(0, '127.0.0.1', resolve));
  frozenUrl = `http://127.0.0.1:${(frozen.address() as AddressInfo).port}`;
  watched = await shop.ready(await shop.start());
  const urls = { OPERATED_APPS: `${watched.metricsUrl},${GONE}`, WATCHED_APPS: frozenUrl };
  one = await shop.ready(await shop.start(urls));
}, 120_000);
afterAll(async () => {
  await shop.close();
  frozen.close();
  frozen.closeAllConnections();
});

async function health(): Promise<OperationsHealth> {
  const { status, body } = await ask(one, 'GET', '/health');
  expect(status).toBe(200);
  return body as unknown as OperationsHealth;
}

describe('the health of all apps', () => {
  it('has each app with its checks, and names those that are away with the reason', async () => {
    const { apps } = await health();
    const of = (url: string) => apps.find((app) => app.url === url)!;
    const there = of(watched.metricsUrl);
    expect(there).toMatchObject({ app: 'orchestrator', state: 'ok', why: null });
    expect(Date.parse(there.startedAt!)).toBeLessThanOrEqual(Date.now());
    const names = there.checks.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['database', 'broker', 'consumers']));
    expect(there.checks.every(({ state, ms }) => state === 'up' && ms >= 0)).toBe(true);
    expect(of(GONE)).toMatchObject({
      state: 'away',
      why: expect.stringContaining('ECONNREFUSED'),
    });
    expect(of(frozenUrl)).toMatchObject({
      state: 'away',
      why: 'it did not answer within 2500 ms',
    });
  });

  it('has the database of each app that answers, with its pool', async () => {
    const { databases } = await health();
    expect(databases).toMatchObject([
      { name: 'orchestrator', state: 'up', why: null, pool: { max: expect.any(Number) } },
    ]);
  });

  it('has every queue with its messages, readers, dead letters and breaker', async () => {
    const queues = await waitFor('the queues to be counted', async () => {
      const seen = (await health()).queues;
      return seen.every(({ ready }) => ready !== null) && seen;
    });
    expect(queues.map(({ name }) => name).sort()).toEqual(Object.values(COMMAND_QUEUES).sort());
    const quiet = { ready: 0, consumers: 0, dead: 0, breaker: 'closed', why: null };
    for (const queue of queues) expect(queue).toMatchObject(quiet);
  }, 60_000);
});
