import { readFile } from 'node:fs/promises';
import { waitFor } from '@backstitch/testkit';
import { APP_NAMES, type AppName } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import { quantile } from 'simple-statistics';
import { burst, type Burst, type BurstAnswer, sustained } from './burst.js';
import { Repeated } from './repeated.js';
import { type Answer, checkout, get, LIMITED, mouse, MOUSE, newUser } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const TIMES = 10;
const SECONDS = 12;
const SHOPPERS = 64;
const MEASURED_SECONDS = 4;
const SOCKETS = 1_500;
/** An app that keeps more than this ends: one at work has about 60 MB. */
const HEAP_MB_MAX = 256;
const REPLAY_EVERY_MS = 250;

describe('ten times more than can be served', () => {
  let system: System;
  const heap = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB_MAX}` };
  withSystem({ env: { PAYMENT_FAILURE_RATE: '0.05', ...heap } }, (started) => {
    system = started;
    return system.stock(1_000_000, MOUSE);
  });

  const peakMb = async (app: AppName): Promise<number> => {
    const status = await readFile(`/proc/${system.apps[app].pid}/status`, 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
  };

  /** Two thirds with a key; one in ten wants the product of which there are five. */
  const requestOf = (n: number, who: string) => {
    const scarce = n % 10 === 9;
    const item = scarce
      ? { productId: LIMITED, quantity: 1, price: '19.99' }
      : { productId: MOUSE, quantity: 1, price: '29.99' };
    const headers: Record<string, string> = n % 3 === 0 ? {} : { 'idempotency-key': `${who}-${n}` };
    return { headers, body: JSON.stringify({ userId: `${who}-${n}`, items: [item] }) };
  };

  it('is shed: accepted requests are answered and finished, the others are refused', async () => {
    const gateway = system.gatewayUrl;
    const old = { userId: newUser(), key: 'old' };
    const placed = await checkout(gateway, [mouse(1)], old);
    expect([200, 402]).toContain(placed.status);

    // Warm, then measured: what is ten times too much depends on the machine.
    const usual = { url: gateway, shoppers: SHOPPERS, seconds: MEASURED_SECONDS };
    const warm = await sustained({ ...usual, requestOf: (n) => requestOf(n, 'warm') });
    const calm = await sustained({ ...usual, requestOf: (n) => requestOf(n, 'calm') });
    for (const { status } of [...warm.answers, ...calm.answers])
      expect([200, 402, 409]).toContain(status);
    const perSecond = Math.round(TIMES * calm.perSecond);

    const nowAndThen = { pauseMs: REPLAY_EVERY_MS };
    const replaying = new Repeated(() => checkout(gateway, [mouse(1)], old), nowAndThen);
    const path = `/api/sagas/${placed.body.sagaId}`;
    const looking = new Repeated(() => get(gateway, path), nowAndThen);
    const crowd = await burst({
      url: gateway,
      perSecond,
      seconds: SECONDS,
      sockets: SOCKETS,
      requestOf: (n) => requestOf(n, 'crowd'),
    });
    const replays = await replaying.stop();
    const looks = await looking.stop();
    await tell(perSecond, crowd, replays);

    expect(crowd.lost).toEqual([]);
    for (const answer of crowd.answers) expectHonest(answer);
    const count = (status: number) => crowd.answers.filter((each) => each.status === status).length;
    expect(count(200)).toBeGreaterThan(0);
    expect(count(503)).toBeGreaterThan(0);
    for (const { status, body, headers } of replays) {
      expect({ status, orderId: body.orderId }).toEqual({
        status: placed.status,
        orderId: placed.body.orderId,
      });
      expect(headers.get('idempotent-replayed')).toBe('true');
    }
    for (const { status } of looks) expect(status).toBe(200);

    await system.settled();
    await serviceIsBack();
    await expectNothingLost(crowd.answers, [placed.body.sagaId]);
    for (const app of APP_NAMES) expect(system.apps[app].running).toBe(true);
    await system.expectReconciled();
    await expectToldInSums();
  }, 300_000);

  it('by one address is answered 429, with the time to wait', async () => {
    await system.apps['api-gateway'].stop();
    await system.restart('api-gateway', { RATE_LIMIT_PER_MINUTE: '50' });
    const crowd = await burst({
      url: system.gatewayUrl,
      perSecond: 500,
      seconds: 1,
      sockets: 100,
      requestOf: (n) => requestOf(n, 'single'),
    });
    const limited = crowd.answers.filter(({ status }) => status === 429);
    expect(crowd.answers.length - limited.length).toBe(50);
    for (const { headers, body } of limited) {
      expect(body.code).toBe('RATE_LIMITED');
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    }
    expect((await system.apps['api-gateway'].readiness()).status).toBe(200);
  }, 300_000);

  function expectHonest({ status, headers, body }: BurstAnswer): void {
    expect([200, 202, 402, 409, 503]).toContain(status);
    if (status !== 503) return;
    expect(['NOT_ACCEPTED', 'OUTCOME_UNKNOWN']).toContain(body.code);
    expect(headers['retry-after']).toMatch(/^[123]$/);
  }

  async function serviceIsBack(): Promise<void> {
    const buy = (): Promise<Answer> => checkout(system.gatewayUrl, [mouse(1)]);
    const isServed = ({ status }: Answer): boolean => status === 200 || status === 402;
    await waitFor('a checkout to be taken', async () => isServed(await buy()));
    for (let n = 0; n < 20; n += 1) expect(isServed(await buy())).toBe(true);
  }

  /** A shopper who was told of a saga has one that ended as told; the others have none. */
  async function expectNothingLost(answers: readonly BurstAnswer[], others: string[]) {
    const sql = `SELECT saga_id, status FROM saga_state WHERE input->>'userId' LIKE 'crowd-%'
      OR saga_id = ANY($1)`;
    const rows = await system.rows<{ saga_id: string; status: string }>('orchestrator', sql, [
      others,
    ]);
    const statusOf = new Map(rows.map((row) => [row.saga_id, row.status]));
    const ends: Record<number, string[]> = {
      200: ['DONE'],
      202: ['DONE', 'COMPENSATED'],
      402: ['COMPENSATED'],
      409: ['COMPENSATED'],
    };
    for (const { status, body } of answers) {
      if (status === 503 && body.code === 'NOT_ACCEPTED') {
        expect(body.sagaId).toBeUndefined();
      } else if (status !== 503) {
        expect(ends[status]).toContain(statusOf.get(body.sagaId!));
      }
    }
    const told = new Set(answers.flatMap(({ body }) => body.sagaId ?? []));
    const untold = rows.filter(({ saga_id: id }) => !told.has(id) && !others.includes(id));
    expect(untold).toEqual([]);
  }

  async function refusedAt(app: AppName): Promise<Record<string, number>> {
    const metrics = await system.metrics(app);
    const shed = metrics.matchAll(/requests_shed_total\{reason="([^"]+)".*\} (\d+)/g);
    return Object.fromEntries([...shed].map(([, reason, count]) => [reason, Number(count)]));
  }

  const reasonsAt = async (app: AppName): Promise<string> =>
    `${app} ${JSON.stringify(await refusedAt(app))}`;

  /** A line when shedding begins, and one with its numbers when it has ended, whatever they are. */
  async function expectToldInSums(): Promise<void> {
    const [begins, ends] = ['requests are being shed', 'no request is shed now'];
    const told = (): { msg: string; refused?: Record<string, number> }[] =>
      system.apps['api-gateway'].lines
        .filter((line) => line.includes(`"msg":"${begins}"`) || line.includes(`"msg":"${ends}"`))
        .map((line) => JSON.parse(line) as { msg: string });
    await waitFor('the shedding to be over', () => told().at(-1)?.msg === ends);
    expect(told().map(({ msg }) => msg)).toEqual(
      told().map((_line, at) => (at % 2 === 0 ? begins : ends)),
    );
    const sums: Record<string, number> = {};
    for (const { refused = {} } of told()) {
      for (const [why, count] of Object.entries(refused)) sums[why] = (sums[why] ?? 0) + count;
    }
    expect(sums).toEqual(await refusedAt('api-gateway'));
  }

  async function tell(perSecond: number, crowd: Burst, replays: readonly Answer[]): Promise<void> {
    const counts: Record<string, number> = {};
    for (const { status, body } of crowd.answers) {
      const name = status === 503 ? `503 ${body.code}` : String(status);
      counts[name] = (counts[name] ?? 0) + 1;
    }
    const seconds = crowd.tookMs / 1_000;
    const latency = (name: string, those: readonly BurstAnswer[]): string => {
      const ms = those.map((each) => each.ms);
      const [half, most] = ms.length > 0 ? quantile(ms, [0.5, 0.99]).map(Math.round) : [0, 0];
      return `${name}: ${those.length} (${Math.round(those.length / seconds)}/s), p50 ${half} ms, p99 ${most} ms`;
    };
    const memory = await Promise.all(
      APP_NAMES.map(async (app) => `${app} ${await peakMb(app)} MB`),
    );
    const lines = [
      `asked for ${perSecond}/s, ${TIMES} times what is served; ${Math.round(crowd.answers.length / seconds)}/s answered, ${crowd.unsent} unsent`,
      JSON.stringify(counts),
      latency(
        'accepted',
        crowd.answers.filter(({ status }) => status !== 503),
      ),
      latency(
        'refused',
        crowd.answers.filter(({ status }) => status === 503),
      ),
      `refused because of: ${await reasonsAt('api-gateway')}; ${await reasonsAt('orchestrator')}`,
      `replays of an old key: ${replays.length}`,
      `peak memory: ${memory.join(', ')}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
});
