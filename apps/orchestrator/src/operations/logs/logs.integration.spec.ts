import { type LogSearch, newUuid } from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, Orchestrators, post } from '../../testing/orchestrators.js';
import { UNHURRIED } from '../../testing/dead-letters.js';

const OPS_TOKEN = 'a-token-of-thirty-two-characters';
/** Nothing listens there. */
const GONE = 'http://127.0.0.1:1';

let shop: Orchestrators;
let watched: AppProcess;
let without: AppProcess;
let one: AppProcess;
const sagaId = newUuid();

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  watched = await shop.ready(await shop.start({ ...UNHURRIED, OPS_TOKEN }));
  without = await shop.ready(await shop.start(UNHURRIED));
  const ended = post(watched, 'buyer', { 'x-saga-id': sagaId, 'x-request-id': 'the-request' });
  await shop.serveAll();
  await ended;
  const WATCHED_APPS = [watched.metricsUrl, without.metricsUrl, GONE].join(',');
  const urls = { WATCHED_APPS, OPERATED_APPS: GONE, OPS_TOKEN };
  one = await shop.ready(await shop.start({ ...UNHURRIED, ...urls }));
}, 120_000);
afterAll(() => shop.close());

async function logs(query: string): Promise<LogSearch> {
  const { status, body } = await ask(one, 'GET', `/log-lines?${query}`);
  expect(status).toBe(200);
  return body as unknown as LogSearch;
}

describe('the log lines of all apps', () => {
  it('are found by saga and by request, in the order of their times', async () => {
    const { lines } = await waitFor('the lines to be written', async () => {
      const seen = await logs(`sagaId=${sagaId}`);
      return seen.lines.length > 0 && seen;
    });
    expect(
      lines.every(({ app, fields }) => app === 'orchestrator' && fields['sagaId'] === sagaId),
    ).toBe(true);
    const times = lines.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
    expect((await logs('requestId=the-request')).lines.length).toBeGreaterThan(0);
    expect((await logs(`sagaId=${newUuid()}`)).lines).toEqual([]);
    expect((await logs('q=is+listening&level=info')).lines[0]!.message).toContain('is listening');
  });

  it('say which apps are missing and why, and since when lines are kept', async () => {
    const { incomplete, keptSince } = await logs(`sagaId=${sagaId}`);
    const why = new Map(incomplete.map((each) => [each.app, each.why]));
    expect(why.get(GONE)).toContain('ECONNREFUSED');
    expect(why.get(without.metricsUrl)).toContain('it keeps no lines');
    expect(Date.parse(keptSince!)).toBeLessThanOrEqual(Date.now());
  });

  it('of one app are read with the token only', async () => {
    for (const authorization of ['', `Bearer ${OPS_TOKEN}x`]) {
      const answer = await fetch(`${watched.metricsUrl}/logs`, { headers: { authorization } });
      expect(answer.status).toBe(404);
    }
    expect((await fetch(`${watched.url}/logs`)).status).toBe(404);
  });

  it.each(['sagaId=x', 'level=loud', 'q=', 'saga=1', `sagaId=${sagaId}&sagaId=${sagaId}`])(
    'are not searched for %s',
    async (query) => {
      expect(await ask(one, 'GET', `/log-lines?${query}`)).toMatchObject({ status: 400 });
    },
  );
});
