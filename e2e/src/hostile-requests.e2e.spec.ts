import { describe, expect, it } from '@jest/globals';
import { type RawAnswer, sendRaw } from '@backstitch/testkit';
import { fuzz, HOSTILE_TEXTS } from '@backstitch/testkit/fuzz';
import * as fc from 'fast-check';
import { type RawRequest, rawRequests, refusedBodies } from './hostile/raw-requests.js';
import { complaints, rowCounts } from './hostile/system-watch.js';
import { checkout, get, MOUSE, mouse, newUser, post } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const AT_ONCE = 10;

describe('hostile requests', () => {
  let system: System;
  // What they name as their host is served, or none of them would come further than that.
  const appEnv = { orchestrator: { ALLOWED_HOSTS: 'a' } };
  withSystem({ appEnv }, (started) => (system = started));

  /** Whatever the request was, the answer is one of ours. */
  const judge = ({ status, headers, body }: RawAnswer, method: string): string => {
    if (status >= 500) throw new Error(`${status} ${body}`);
    if (headers['x-request-id'] === undefined) throw new Error('no request id');
    if ('x-injected' in headers) throw new Error('a header of the caller came back');
    if (status < 400) return `${method} ${status}`;
    if (!headers['content-type']?.includes('problem+json')) throw new Error(`${status} ${body}`);
    if (method === 'HEAD') return String(status);
    const problem = JSON.parse(body) as { code?: string; status?: number; errors?: unknown[] };
    if (problem.status !== status || !problem.code) throw new Error(body);
    return `${status} ${problem.code}`;
  };

  it.each([['api-gateway', 500] as const, ['orchestrator', 250] as const])(
    'are refused in words by the %s, and leave no row',
    async (app, runs) => {
      const before = await rowCounts(system);
      const { url } = system.apps[app];
      const tally: Record<string, number> = {};
      const one = async ({ method, bytes, mayWait }: RawRequest): Promise<string> => {
        const { answers, closed } = await sendRaw(url, bytes, {
          timeoutMs: mayWait ? 200 : 20_000,
        });
        const [answer] = answers;
        if (answer) return judge(answer, method);
        // The body may not be there yet, and the client hangs up.
        if (mayWait) return 'waited for';
        throw new Error(`no answer, ${closed ? 'closed' : 'open'}: ${bytes.toString()}`);
      };
      // One that comes as far as the routes: what is drawn may do so or not.
      const known = `PUT ${app === 'api-gateway' ? '/api' : ''}/products HTTP/1.1\r\nHost: a\r\n\r\n`;
      const reached = await one({ method: 'PUT', bytes: Buffer.from(known), mayWait: false });
      expect(reached).toBe('405 METHOD_NOT_ALLOWED');
      const batches = fc.array(rawRequests, { minLength: AT_ONCE, maxLength: AT_ONCE });
      await fuzz(
        `raw requests to ${app}, by ${AT_ONCE}`,
        runs / AT_ONCE,
        batches,
        async (batch) => {
          for (const outcome of await Promise.all(batch.map(one))) {
            tally[outcome] = (tally[outcome] ?? 0) + 1;
          }
        },
      );
      const { '400 VALIDATION_FAILED': byField = 0, '404 ROUTE_NOT_FOUND': nowhere = 0 } = tally;
      expect(app === 'api-gateway' ? byField : nowhere).toBeGreaterThan(runs / 20);
      expect(await rowCounts(system)).toEqual(before);
      expect(await complaints(system)).toEqual([]);
    },
    600_000,
  );

  it('with bodies that are nearly carts are refused by field', async () => {
    const before = await rowCounts(system);
    const tally = await fuzz('bodies', 1_000, refusedBodies, async (body) => {
      const answer = await post(system.gatewayUrl, body);
      if (answer.status !== 400) throw new Error(`${answer.status}: ${body}`);
      return answer.body.code!;
    });
    expect(tally).toHaveProperty('VALIDATION_FAILED');
    expect(await rowCounts(system)).toEqual(before);
    expect(await complaints(system)).toEqual([]);
    expect((await checkout(system.gatewayUrl, [mouse(1)])).status).toBe(200);
  }, 600_000);

  it('put no user and no key into SQL: both are kept as they were sent, or refused', async () => {
    const texts = HOSTILE_TEXTS.map((text) => text.slice(0, 90));
    for (const [index, text] of texts.entries()) {
      const userId = text === '' ? '' : `${text} ${index}`;
      const key = /^[\x20-\x7e]+$/.test(text) && !text.startsWith('"') ? text.trim() : '';
      const options = { userId, ...(key !== '' && { key }) };
      const { status, body } = await checkout(system.gatewayUrl, [mouse(1)], options);
      if (status === 400) continue;
      expect(status).toBe(200);
      const [row] = await system.rows('orders', 'SELECT user_id FROM orders WHERE id = $1', [
        body.orderId,
      ]);
      expect(row).toEqual({ user_id: userId });
      if (key === '') continue;
      const claims = await system.rows(
        'orchestrator',
        'SELECT key FROM idempotency_keys WHERE caller = $1',
        [userId],
      );
      expect(claims).toEqual([{ key }]);
    }
    expect((await rowCounts(system))['inventory.products']).toBe(10);
    expect(await complaints(system)).toEqual([]);
  }, 300_000);

  it("reach no other caller's checkout by key or by saga id", async () => {
    const [key, owner] = ['one-key', newUser()];
    const first = await checkout(system.gatewayUrl, [mouse(1)], { userId: owner, key });
    const { orderId, sagaId } = first.body;
    const headers = { 'x-saga-id': sagaId, 'x-replay-only': 'true' };
    const other = await checkout(system.gatewayUrl, [mouse(1)], {
      userId: newUser(),
      key,
      headers,
    });
    expect(other).toMatchObject({ status: 200 });
    expect([other.body.orderId, other.body.sagaId]).not.toContain(orderId);
    expect(other.body.sagaId).not.toBe(sagaId);
    expect(await checkout(system.gatewayUrl, [mouse(2)], { userId: owner, key })).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    const before = await rowCounts(system);
    const forged = await fetch(`${system.apps.orchestrator.url}/checkout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-saga-id': sagaId, 'idempotency-key': 'k' },
      body: JSON.stringify({ userId: newUser(), items: [mouse(1)] }),
    });
    expect(forged.status).toBe(422);
    expect(await forged.text()).not.toContain(orderId);
    expect(await rowCounts(system)).toEqual(before);
    expect((await get(system.gatewayUrl, `/api/checkout/orders/${orderId}`)).body).toMatchObject({
      userId: owner,
      items: [{ productId: MOUSE, quantity: 1 }],
    });
  });
});
