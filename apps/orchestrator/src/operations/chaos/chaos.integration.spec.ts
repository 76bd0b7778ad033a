import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ChaosApplied,
  chaosPushFrom,
  type ChaosPush,
  type ChaosView,
} from '@backstitch/shared-types';
import { type AppProcess, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Orchestrators } from '../../testing/orchestrators.js';

const OPS_TOKEN = 'a-token-of-thirty-two-characters';
const DECLINES = 'bank.declineRate';
const WHO = { reason: 'a test', operator: 'olga' };
const SILENT = 'http://127.0.0.1:1';

/** An instance of payment-service: it keeps what is pushed to it. */
class Instance {
  readonly pushes: ChaosPush[] = [];
  readonly tokens = new Set<string | undefined>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Instance> {
    const server = createServer();
    const one = new Instance(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        one.tokens.add(request.headers.authorization);
        one.pushes.push(chaosPushFrom(JSON.parse(Buffer.concat(chunks).toString()))!);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(one.applied()));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return one;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  applied(): ChaosApplied {
    const set = this.pushes.at(-1)?.settings.find(({ id }) => id === DECLINES);
    const knob = { id: DECLINES, configured: 0.25, samples: 8, total: 2 };
    const knobs = [{ ...knob, value: set?.value ?? 0.25 }];
    return { service: 'payment-service', instanceId: 'payments-1', knobs };
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

let shop: Orchestrators;
let instance: Instance;
let one: AppProcess;
let sinceMs: number;

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  instance = await Instance.start();
  one = await shop.ready(
    await shop.start({ OPS_TOKEN, OPERATED_APPS: `${instance.url},${SILENT}` }),
  );
}, 120_000);
afterAll(async () => {
  await shop.close();
  instance.close();
});
beforeEach(async () => {
  await send('DELETE', '/chaos?operator=olga');
  sinceMs = instance.pushes.at(-1)!.readAtMs;
});

/** Of this test: a push that was read before may still arrive. */
const pushes = () => instance.pushes.filter(({ readAtMs }) => readAtMs > sinceMs);

async function send(method: string, path: string, body?: unknown, at = one) {
  const response = await fetch(at.url + path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const set = (value: unknown, seconds: unknown = 60, knob = DECLINES) =>
  send('PUT', `/chaos/${knob}`, { value, seconds, ...WHO });

async function knobNow(): Promise<ChaosView['knobs'][number]> {
  const { body } = await send('GET', '/chaos');
  return (body as unknown as ChaosView).knobs.find(({ id }) => id === DECLINES)!;
}

describe('the chaos settings of orchestrators', () => {
  it('are pushed at once, and shown beside what each instance applies and did', async () => {
    expect(await knobNow()).toMatchObject({ value: null, until: null, configured: 0.25 });
    const answer = await set(0.5);
    expect(answer).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(pushes().at(-1)!.settings).toMatchObject([{ id: DECLINES, value: 0.5 }]);
    expect([...instance.tokens]).toEqual([`Bearer ${OPS_TOKEN}`]);
    const knob = await knobNow();
    expect(knob).toMatchObject({
      value: 0.5,
      configured: 0.25,
      setBy: 'olga',
      reason: 'a test',
      applied: [{ instanceId: 'payments-1', value: 0.5 }],
      observed: { value: 0.25, samples: 8 },
    });
    expect(Date.parse(knob.until!)).toBeGreaterThan(Date.now());
  });

  it('name the instances that do not answer', async () => {
    const { body } = await send('GET', '/chaos');
    expect(body['silent']).toEqual([{ url: SILENT, why: expect.stringContaining('ECONNREFUSED') }]);
  });

  it('are pushed again and again while they are set, and once more after their end', async () => {
    await set(1, 3);
    await waitFor('a push without the setting', async () => {
      return pushes().at(-1)!.settings.length === 0;
    });
    expect(pushes().filter(({ settings }) => settings.length > 0).length).toBeGreaterThan(1);
    expect(await knobNow()).toMatchObject({ value: null, setBy: null });
  }, 60_000);

  it('say how long each setting is still valid', async () => {
    await set(1, 2);
    const [first] = pushes()[0]!.settings;
    expect(first!.msLeft).toBeGreaterThan(0);
    expect(first!.msLeft).toBeLessThanOrEqual(2_000);
  });

  it('are pushed by an orchestrator that did not set them', async () => {
    await set(1);
    const others = await Instance.start();
    const other = await shop.ready(await shop.start({ OPS_TOKEN, OPERATED_APPS: others.url }));
    try {
      await waitFor('a push of the other one', async () => others.pushes.length > 0);
      expect(others.pushes[0]!.settings).toMatchObject([{ id: DECLINES, value: 1 }]);
    } finally {
      await other.kill();
      others.close();
    }
  }, 120_000);

  it('end one at a time, and all at once', async () => {
    await set(1);
    await set(7, 60, 'bank.latencyMs');
    const ended = await send('DELETE', `/chaos/${DECLINES}?operator=olga&reason=enough`);
    expect(ended).toMatchObject({ status: 200, body: { ended: [DECLINES] } });
    expect(pushes().at(-1)!.settings).toMatchObject([{ id: 'bank.latencyMs', value: 7 }]);
    const all = await send('DELETE', '/chaos?operator=olga');
    expect(all).toMatchObject({ status: 200, body: { ended: ['bank.latencyMs'] } });
    expect(pushes().at(-1)!.settings).toEqual([]);
  });

  it('are on record with who set and ended them, and why', async () => {
    await set(0.5, 60);
    await send('DELETE', `/chaos/${DECLINES}?operator=olga&reason=enough`);
    const rows = await shop.query(
      `SELECT action, subject_kind, subject_id, operator, reason, outcome, detail
       FROM operator_actions ORDER BY at DESC LIMIT 2`,
    );
    const about = { subject_kind: 'chaos', subject_id: DECLINES, operator: 'olga' };
    expect(rows).toMatchObject([
      { ...about, action: 'end', reason: 'enough', outcome: 'done' },
      { ...about, action: 'set', reason: 'a test', detail: { value: 0.5, seconds: 60 } },
    ]);
  });

  it.each([
    ['a share above 1', 1.5, 60, 'value', 'value of bank.declineRate must be a share from 0 to 1'],
    ['a text', '0.5', 60, 'value', 'value must be a number'],
    ['more than an hour', 0.5, 3_601, 'seconds', 'seconds must not be greater than 3600'],
    ['no time', 0.5, 0, 'seconds', 'seconds must not be less than 1'],
    ['a part of a second', 0.5, 1.5, 'seconds', 'seconds must be an integer number'],
  ])('are refused with %s, and nothing is pushed', async (_what, value, seconds, field, why) => {
    const { status, body } = await set(value, seconds);
    expect(status).toBe(400);
    expect(body['errors']).toEqual([{ field, message: expect.stringContaining(why) }]);
    expect(pushes()).toEqual([]);
  });

  it('are refused without a reason', async () => {
    const body = { value: 1, seconds: 60, operator: 'olga' };
    const answer = await send('PUT', `/chaos/${DECLINES}`, body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'reason' }] } });
  });

  it.each(['PUT', 'DELETE'])('name the knobs when %s asks for an unknown one', async (method) => {
    const path = method === 'PUT' ? '/chaos/bank.mood' : '/chaos/bank.mood?operator=olga';
    const body = method === 'PUT' ? { value: 1, seconds: 60, ...WHO } : undefined;
    const answer = await send(method, path, body);
    expect(answer.status).toBe(400);
    const [error] = answer.body['errors'] as { message: string }[];
    expect(error!.message).toContain('There is no knob "bank.mood"');
    expect(error!.message).toContain('inventory-service.refusalRate');
  });
});

describe('an orchestrator without chaos settings', () => {
  it('does not have the routes without a token', async () => {
    const other = await shop.start();
    expect((await send('GET', '/chaos', undefined, other)).status).toBe(404);
    await other.kill();
  });
});
