import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { testSigner } from '../testing/test-keys.js';
import { goneUpstream, sendJson, type Upstream, upstream } from '../testing/upstream.js';
import { type Forwarded, Orchestrators } from './orchestrators.client.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function orchestrator(answer: (response: ServerResponse) => void): Promise<Upstream> {
  const one = await upstream(answer);
  open.push(one);
  return one;
}
const placed = (response: ServerResponse) => sendJson(response, 200, { success: true });
const lost = (response: ServerResponse) => void response.socket?.destroy();
const shedding = (response: ServerResponse) =>
  sendJson(response, 503, { code: 'NOT_ACCEPTED' }, { 'retry-after': '1' });

/** `urls` in the order of the first request. */
function clientWithin(timeoutMs: number, ...urls: string[]): () => Promise<Forwarded> {
  const orchestrators = new Orchestrators({
    urls: [urls.at(-1)!, ...urls.slice(0, -1)],
    timeoutMs,
    connectTimeoutMs: 2_000,
    signer: testSigner,
    onFailure: () => undefined,
  });
  open.push(orchestrators);
  const headers = { 'content-type': 'application/json', 'x-saga-id': 'saga-1' };
  const request = { method: 'POST', path: '/checkout', headers, body: '{"a":1}' } as const;
  return () => orchestrators.forward(request);
}
const clientOf = (...urls: string[]) => clientWithin(2_000, ...urls);
const forward = (...urls: string[]) => clientOf(...urls)();

const statusOf = (forwarded: Forwarded) =>
  forwarded.kind === 'answered' ? forwarded.answer.status : forwarded.kind;

describe('a forwarded checkout', () => {
  it('arrives as it was sent, and its answer is unchanged', async () => {
    const one = await orchestrator((response) => {
      response.writeHead(402, { 'content-type': 'application/problem+json', 'x-order-id': 'o' });
      response.end('{ "odd" :  "spacing" }');
    });
    const forwarded = await forward(one.url);
    expect(one.seen).toEqual([
      {
        method: 'POST',
        url: '/checkout',
        headers: expect.objectContaining({ 'x-saga-id': 'saga-1' }),
        body: '{"a":1}',
      },
    ]);
    expect(forwarded).toMatchObject({
      kind: 'answered',
      answer: { status: 402, headers: { 'x-order-id': 'o' } },
    });
    expect(forwarded.kind === 'answered' && forwarded.answer.body.toString()).toBe(
      '{ "odd" :  "spacing" }',
    );
  });

  it('is sent below the path of its orchestrator', async () => {
    const one = await orchestrator(placed);
    expect(statusOf(await forward(`${one.url}/shop/`))).toBe(200);
    expect(one.seen[0]?.url).toBe('/shop/checkout');
  });

  it('is sent to the next orchestrator when a connection is refused', async () => {
    const second = await orchestrator(placed);
    expect(statusOf(await forward(await goneUpstream(), second.url))).toBe(200);
  });

  it('is sent to the next one with the same saga id when the connection is lost', async () => {
    const first = await orchestrator(lost);
    const second = await orchestrator(placed);
    expect(statusOf(await forward(first.url, second.url))).toBe(200);
    expect(first.seen[0]?.headers['x-saga-id']).toBe('saga-1');
    expect(second.seen[0]?.headers['x-saga-id']).toBe('saga-1');
  });

  it('is sent once more to the only orchestrator when the connection is lost', async () => {
    let tries = 0;
    const only = await orchestrator((response) => {
      tries += 1;
      if (tries === 1) lost(response);
      else placed(response);
    });
    expect(statusOf(await forward(only.url))).toBe(200);
    expect(only.seen).toHaveLength(2);
  });

  it('is sent to the next one when an orchestrator did not accept it', async () => {
    const first = await orchestrator(shedding);
    const second = await orchestrator(placed);
    expect(statusOf(await forward(first.url, second.url))).toBe(200);
  });

  it('gets the refusal of the orchestrators when none of them accepted it', async () => {
    const first = await orchestrator(shedding);
    const second = await orchestrator(shedding);
    const forwarded = await forward(first.url, second.url);
    expect(forwarded).toMatchObject({
      kind: 'answered',
      answer: { status: 503, headers: { 'retry-after': '1' } },
    });
  });

  it('is not reached when it could not be sent', async () => {
    expect(statusOf(await forward(await goneUpstream(), await goneUpstream()))).toBe('not-reached');
  });

  it('is unknown when one orchestrator may have served it, for any answer of the others', async () => {
    const first = await orchestrator(lost);
    const second = await orchestrator(shedding);
    expect(statusOf(await forward(first.url, second.url))).toBe('unknown');
    expect(statusOf(await forward(first.url, await goneUpstream()))).toBe('unknown');
  });

  it('is sent to the next one after a 503 without a code from a closing server', async () => {
    const closing = await orchestrator((response) => sendJson(response, 503, { error: 'closing' }));
    const second = await orchestrator(placed);
    expect(statusOf(await forward(closing.url, second.url))).toBe(200);
    expect(statusOf(await forward(closing.url, await goneUpstream()))).toBe('unknown');
  });

  it('is unknown without an answer in time, and is not sent again', async () => {
    const first = await orchestrator(() => undefined);
    const second = await orchestrator(placed);
    expect(statusOf(await forward(first.url, second.url))).toBe('unknown');
    expect(second.seen).toEqual([]);
  });

  it('gets the whole answer when it arrives in chunks', async () => {
    const one = await orchestrator((response) => {
      response.writeProcessing();
      response.write('{"a":');
      setImmediate(() => response.end('1}'));
    });
    const forwarded = await forward(one.url);
    expect(forwarded.kind === 'answered' && forwarded.answer.body.toString()).toBe('{"a":1}');
    expect(statusOf(forwarded)).toBe(200);
  });

  it('is unknown at its deadline when the answer is incomplete, and is not sent again', async () => {
    const first = await orchestrator((response) => void response.write('{"a":'));
    const second = await orchestrator(placed);
    expect(statusOf(await forward(first.url, second.url))).toBe('unknown');
    expect(second.seen).toEqual([]);
  });

  it('is sent to other orchestrators for a while after one did not answer in time', async () => {
    const frozen = await orchestrator(() => undefined);
    const second = await orchestrator(placed);
    const ask = clientOf(frozen.url, second.url);
    expect(statusOf(await ask())).toBe('unknown');
    expect([statusOf(await ask()), statusOf(await ask())]).toEqual([200, 200]);
    expect(frozen.seen).toHaveLength(1);
  });

  it('has one deadline for all attempts, and is unknown after it', async () => {
    const late = (response: ServerResponse) => void setTimeout(() => lost(response), 3_500);
    const [first, second, third] = [
      await orchestrator(late),
      await orchestrator(late),
      await orchestrator(placed),
    ];
    const forwardIn6s = clientWithin(6_000, first.url, second.url, third.url);
    expect(statusOf(await forwardIn6s())).toBe('unknown');
    expect(second.seen).toHaveLength(1);
    expect(third.seen).toEqual([]);
  });

  it('gets any other answer unchanged, including a 503 with another code', async () => {
    const first = await orchestrator((response) =>
      sendJson(response, 503, { code: 'OUTCOME_UNKNOWN' }),
    );
    const second = await orchestrator(placed);
    expect(statusOf(await forward(first.url, second.url))).toBe(503);
    expect(second.seen).toEqual([]);
  });
});
