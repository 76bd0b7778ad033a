import { encodeCaller, openCaller } from '@backstitch/auth';
import {
  CHECKOUT_BATCH_MEDIA_TYPE,
  CHECKOUT_BATCH_PATH,
  encodeBatchedAnswer,
  BATCHED_CHECKOUTS_MAX,
} from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { goneUpstream, type SeenRequest, sendJson, upstream } from '../testing/upstream.js';
import { testSigner } from '../testing/test-keys.js';
import { CheckoutBatches } from './checkout-batches.client.js';
import { Deadline } from './deadline.js';
import type { UpstreamAnswer } from './exchange.js';
import { lossOf, DeadlinePassed } from './lost-request.js';

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

type Answering = (response: ServerResponse, members: number[], request: SeenRequest) => void;

/** An orchestrator that answers with numbers, in batches or singly. */
async function orchestrator(answerBatch: Answering) {
  const one = await upstream((response, request) => {
    const body: unknown = JSON.parse(request.body);
    if (request.url === '/checkout') sendJson(response, 200, { alone: body });
    else answerBatch(response, membersOf(request), request);
  });
  open.push(() => one.close());
  return one;
}

const membersOf = ({ body }: SeenRequest): number[] =>
  (JSON.parse(body) as { body: number }[]).map((member) => member.body);

const BATCH = { 'content-type': CHECKOUT_BATCH_MEDIA_TYPE };
const answerTo = (n: number, member: number) =>
  encodeBatchedAnswer(n, 200, { 'x-order-id': `order-${member}` }, `{"batched":${member}}`);

/** Answers all members, the last one first. */
const all: Answering = (response, members) => {
  response.writeHead(200, BATCH);
  response.end(members.map(answerOfIndex).reverse().join(''));
};
const answerOfIndex = (member: number, n: number) => answerTo(n, member);

function batchesTo(url: string) {
  const pool = new Pool(url);
  open.push(() => pool.destroy());
  const batches = new CheckoutBatches(pool, '', testSigner);
  return (member: number, { timeoutMs = 5_000, padding = '' } = {}): Promise<UpstreamAnswer> => {
    const deadline = new Deadline(timeoutMs);
    open.push(() => deadline.clear());
    const headers = { 'content-type': 'application/json', 'x-saga-id': `saga-${member}${padding}` };
    const caller = openCaller(`user-${member}`);
    const request = { method: 'POST', path: '/checkout', headers, caller } as const;
    return batches.ask({ ...request, body: `${member}` }, deadline);
  };
}

const bodyOf = ({ body }: UpstreamAnswer): unknown => JSON.parse(body.toString());
const pathsOf = (seen: readonly SeenRequest[]) => seen.map(({ url }) => url);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('checkouts that are forwarded together', () => {
  it('are one request, and each gets its own answer', async () => {
    const { url, seen } = await orchestrator(all);
    const ask = batchesTo(url);
    const got = await Promise.all(numbers(5).map((n) => ask(n)));
    expect(pathsOf(seen)).toEqual([CHECKOUT_BATCH_PATH]);
    expect(got.map(bodyOf)).toEqual(numbers(5).map((n) => ({ batched: n })));
    expect(got[3]).toMatchObject({ status: 200, headers: { 'x-order-id': 'order-3' } });
  });

  it('have a caller each, together and alone', async () => {
    const { url, seen } = await orchestrator(all);
    const ask = batchesTo(url);
    await Promise.all([ask(1), ask(2)]);
    await ask(3);
    const members = JSON.parse(seen[0]!.body) as { caller: unknown }[];
    expect(members.map(({ caller }) => caller)).toEqual([
      openCaller('user-1'),
      openCaller('user-2'),
    ]);
    expect(seen[1]!.headers['x-backstitch-caller']).toBe(encodeCaller(openCaller('user-3')));
  });

  it('are plain requests when they arrive alone', async () => {
    const { url, seen } = await orchestrator(all);
    const ask = batchesTo(url);
    expect(bodyOf(await ask(1))).toEqual({ alone: 1 });
    expect(bodyOf(await ask(2))).toEqual({ alone: 2 });
    expect(pathsOf(seen)).toEqual(['/checkout', '/checkout']);
    expect(seen[0]?.headers['x-saga-id']).toBe('saga-1');
  });

  it('get their answers as they arrive, not with the last one', async () => {
    let finish = (): void => undefined;
    const { url } = await orchestrator((response, members) => {
      response.writeHead(200, BATCH);
      const whole = Buffer.from(answerTo(1, members[1]!));
      response.write(whole.subarray(0, 20));
      setImmediate(() => response.write(whole.subarray(20)));
      finish = () => void response.end(answerTo(0, members[0]!));
    });
    const ask = batchesTo(url);
    const [slow, quick] = [ask(7), ask(8)];
    expect(bodyOf(await quick)).toEqual({ batched: 8 });
    finish();
    expect(bodyOf(await slow)).toEqual({ batched: 7 });
  });

  it('stay below the limits of an orchestrator, in number and in bytes', async () => {
    const { url, seen } = await orchestrator(all);
    const ask = batchesTo(url);
    const many = BATCHED_CHECKOUTS_MAX + 2;
    await Promise.all(numbers(many).map((n) => ask(n)));
    expect(seen.map((one) => membersOf(one).length)).toEqual([BATCHED_CHECKOUTS_MAX, 2]);
    seen.length = 0;
    const padding = 'x'.repeat(50_000);
    await Promise.all(numbers(4).map((n) => ask(n, { padding })));
    expect(seen.map((one) => membersOf(one).length)).toEqual([2, 2]);
  });
});

describe('a batch that fails', () => {
  const rejected = (asked: Promise<unknown>) => asked.then(() => undefined, lossOf);

  it('is not sent when the connection is refused', async () => {
    const ask = batchesTo(await goneUpstream());
    expect(await Promise.all([1, 2].map((n) => rejected(ask(n))))).toEqual([
      'not-sent',
      'not-sent',
    ]);
  });

  it('keeps the answers that arrived before invalid data', async () => {
    const { url } = await orchestrator((response, members) => {
      response.writeHead(200, BATCH).write(`${answerTo(0, members[0]!)}odd\nlines\n`);
    });
    const ask = batchesTo(url);
    const [first, second] = [ask(1), ask(2)];
    expect(await rejected(second)).toBe('maybe-served');
    expect(bodyOf(await first)).toEqual({ batched: 1 });
  });

  it('counts members without an answer as maybe served, and keeps the other answers', async () => {
    const { url } = await orchestrator((response, members) => {
      response.writeHead(200, BATCH);
      response.write(answerTo(0, members[0]!), () => response.socket?.destroy());
    });
    const ask = batchesTo(url);
    const [first, second] = [ask(1), ask(2)];
    expect(await rejected(second)).toBe('maybe-served');
    expect(bodyOf(await first)).toEqual({ batched: 1 });
  });

  it.each<[string, Answering]>([
    ['ends early', (response) => void response.writeHead(200, BATCH).end()],
    ['is no answer', (response) => void response.writeHead(200, BATCH).write('odd\nlines\n')],
  ])('counts its members as maybe served when the answer %s', async (_what, answering) => {
    const ask = batchesTo((await orchestrator(answering)).url);
    const both = [ask(1), ask(2)].map(rejected);
    expect(await Promise.all(both)).toEqual(['maybe-served', 'maybe-served']);
  });

  it('counts its members as maybe served when a proxy answers, and checkouts are then sent singly', async () => {
    const proxied: Answering = (response) => void response.writeHead(502).end('Bad Gateway');
    const { url, seen } = await orchestrator(proxied);
    const ask = batchesTo(url);
    const both = [ask(1), ask(2)].map(rejected);
    expect(await Promise.all(both)).toEqual(['maybe-served', 'maybe-served']);
    const again = await Promise.all([ask(1), ask(2)]);
    expect(again.map(bodyOf)).toEqual([{ alone: 1 }, { alone: 2 }]);
    expect(pathsOf(seen)).toEqual([CHECKOUT_BATCH_PATH, '/checkout', '/checkout']);
  });

  it('is sent singly, and so are later checkouts for a while, when batches are not known', async () => {
    const unknown: Answering = (response) => sendJson(response, 404, { code: 'ROUTE_NOT_FOUND' });
    const { url, seen } = await orchestrator(unknown);
    const ask = batchesTo(url);
    const once = await Promise.all([ask(1), ask(2)]);
    expect(once.map(bodyOf)).toEqual([{ alone: 1 }, { alone: 2 }]);
    await Promise.all([ask(3), ask(4)]);
    expect(pathsOf(seen).filter((path) => path === CHECKOUT_BATCH_PATH)).toHaveLength(1);
  });

  it('loses only members whose deadline has passed, and is aborted with the last of them', async () => {
    let isClosed = false;
    const silent: Answering = (response) => void response.on('close', () => (isClosed = true));
    const { url } = await orchestrator(silent);
    const ask = batchesTo(url);
    const ends: string[] = [];
    const noted = (name: string, asked: Promise<unknown>) =>
      expect(asked.finally(() => ends.push(name))).rejects.toThrow(DeadlinePassed);
    const both = [
      noted('long', ask(1, { timeoutMs: 400 })),
      noted('short', ask(2, { timeoutMs: 50 })),
    ];
    await Promise.all(both);
    expect(ends).toEqual(['short', 'long']);
    await waitFor('the connection to be closed', async () => isClosed);
  });
});
