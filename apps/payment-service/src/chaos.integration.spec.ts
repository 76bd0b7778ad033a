import { fileURLToPath } from 'node:url';
import type { ChaosApplied, ChaosPush } from '@backstitch/shared-types';
import { type AppProcess, startApp, waitFor } from '@backstitch/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** Nothing listens there: an app listens without its servers, too. */
const NOWHERE = {
  DB_URL: 'postgresql://nobody:a-good-password@127.0.0.1:1/nowhere',
  RABBITMQ_URL: 'amqp://nobody:a-good-password@127.0.0.1:1',
  METRICS_PORT: '0',
};
const OPS_TOKEN = 'a-token-of-thirty-two-characters';
const DECLINES = 'bank.declineRate';

describe('the chaos settings of a service', () => {
  let app: AppProcess;
  afterEach(() => app.kill());

  const start = async (environment: Record<string, string>): Promise<void> => {
    app = await startApp(MAIN, { ...NOWHERE, ...environment });
  };
  const put = (push: unknown, token = OPS_TOKEN, url = app.metricsUrl) =>
    fetch(`${url}/chaos`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(push),
    });
  const pushed = async (push: ChaosPush): Promise<number | undefined> => {
    const answer = await put(push);
    expect(answer.status).toBe(200);
    const { knobs } = (await answer.json()) as ChaosApplied;
    return knobs.find(({ id }) => id === DECLINES)?.value;
  };
  const declines = (value: number, msLeft: number): ChaosPush['settings'] => [
    { id: DECLINES, value, msLeft },
  ];

  it('are set with the token only, and end by themselves at the end of the setting', async () => {
    await start({ OPS_TOKEN, PAYMENT_FAILURE_RATE: '0.25' });
    expect((await put({ readAtMs: 1, settings: declines(1, 60_000) }, 'wrong')).status).toBe(404);
    expect((await put({ settings: 1 })).status).toBe(400);
    expect(await pushed({ readAtMs: 1, settings: declines(1, 500) })).toBe(1);
    // A push that was read earlier changes nothing, and is answered with what is applied.
    const earlier = { readAtMs: 0, settings: declines(1, 60_000) };
    await waitFor('the configured value to be back', async () => (await pushed(earlier)) === 0.25, {
      timeoutMs: 60_000,
      everyMs: 100,
    });
  }, 120_000);

  it('are not there without a token, and not on the port of the app', async () => {
    await start({});
    expect((await put({ readAtMs: 1, settings: [] })).status).toBe(404);
    await app.kill();
    await start({ OPS_TOKEN });
    expect((await put({ readAtMs: 1, settings: [] }, OPS_TOKEN, app.url)).status).toBe(404);
  });

  it('are not there in production, also with the token', async () => {
    await start({ OPS_TOKEN, NODE_ENV: 'production' });
    const answer = await put({ readAtMs: 1, settings: declines(1, 60_000) });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
  });
});
