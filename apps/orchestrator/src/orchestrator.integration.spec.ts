import { newUuid } from '@backstitch/shared-types';
import { type AppProcess, sendRaw, waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, Orchestrators, post } from './testing/orchestrators.js';

/** On a busy machine no command is sent twice, so that each is answered once. */
const UNHURRIED = {
  REPLY_TIMEOUT_MS: '20000',
  PAYMENT_REPLY_TIMEOUT_MS: '20000',
  STEP_DEADLINE_MS: '60000',
};

let shop: Orchestrators;
let one: AppProcess;
let impatient: AppProcess;

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(await shop.start({ ...UNHURRIED, CHECKOUT_WAIT_MS: '20000' }));
  impatient = await shop.ready(await shop.start({ ...UNHURRIED, CHECKOUT_WAIT_MS: '300' }));
});
afterAll(() => shop.close());

const aUser = () => `user ${newUuid()}`;
/** A saga's id as it was made then. */
const madeHoursAgo = (hours: number) => {
  const time = (Date.now() - hours * 3_600_000).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${newUuid().slice(13)}`;
};
const stateOf = async (sagaId: unknown) => {
  const rows = await shop.query('SELECT status, current_step FROM saga_state WHERE saga_id = $1', [
    sagaId,
  ]);
  return rows[0];
};
const sagasIn = async () => Number((await shop.query('SELECT count(*) FROM saga_state'))[0]!.count);

describe('a checkout', () => {
  it('is done when its five commands are, and is then answered and told', async () => {
    const sagaId = newUuid();
    const headers = { 'x-saga-id': sagaId, 'x-request-id': 'request-1' };
    const [answer, served] = await Promise.all([post(one, aUser(), headers), shop.serveAll()]);
    expect(served).toEqual([
      'order.create',
      'inventory.reserve',
      'payment.process',
      'inventory.commit',
      'order.confirm',
    ]);
    const orderId = answer.headers.get('x-order-id');
    const message = 'Order placed successfully';
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({ success: true, orderId, sagaId, message });
    expect(await stateOf(sagaId)).toEqual({ status: 'DONE', current_step: 'COMPLETED' });
    const { body } = await ask(one, 'GET', `/sagas/${sagaId}`);
    const rows = await shop.query(
      'SELECT step, status FROM saga_logs WHERE saga_id = $1 ORDER BY created_at',
      [sagaId],
    );
    const log = body.log as { step: string; status: string }[];
    expect(log.map(({ step, status }) => ({ step, status }))).toEqual(rows);
    expect(rows).toHaveLength(10);
    const lines = () => one.log.filter((line) => line.requestId === 'request-1');
    await waitFor('the log lines of the checkout', () => lines().length === 3);
    expect(lines()).toMatchObject(
      ['checkout accepted', 'checkout ended', 'request'].map((msg) => ({ msg, sagaId, orderId })),
    );
  });

  it('that is refused is answered once its undo is complete', async () => {
    const user = aUser();
    const answering = post(one, user);
    await shop.serve('order', { response: {} });
    await shop.serve('inventory', {
      no: 'INSUFFICIENT_STOCK',
      details: [{ productId: 'p', name: 'Lamp', requested: 10, available: 5 }],
    });
    const [running] = await shop.query(
      `SELECT saga_id FROM saga_state WHERE input->>'userId' = $1`,
      [user],
    );
    await waitFor('the undo to begin', async () => {
      const state = await stateOf(running!.saga_id);
      return state?.current_step === 'CANCEL_ORDER';
    });
    expect(await shop.serve('order', { response: {} })).toBe('order.cancel');
    expect(await answering).toMatchObject({
      status: 409,
      body: {
        code: 'INSUFFICIENT_STOCK',
        detail: 'Lamp (p): 10 requested, 5 available.',
        orderId: expect.any(String),
        sagaId: running!.saga_id,
        success: false,
      },
    });
    expect(await stateOf(running!.saga_id)).toMatchObject({ status: 'COMPENSATED' });
  });

  it('is answered at once when that is preferred', async () => {
    const user = aUser();
    const answer = await post(one, user, { prefer: 'respond-async' });
    expect(answer).toMatchObject({ status: 202, body: { status: 'RUNNING' } });
    expect(answer.headers.get('preference-applied')).toBe('respond-async');
    expect(answer.headers.get('location')).toBe(`/api/sagas/${String(answer.body.sagaId)}`);
    await shop.serveAll();
    const ended = await post(one, user, { prefer: 'respond-async' });
    expect(ended).toMatchObject({ status: 200, body: { sagaId: answer.body.sagaId } });
  });

  it('that outlives the wait budget is 202, and its keyed replay 409 with Retry-After', async () => {
    const user = aUser();
    const headers = { 'idempotency-key': '"k"' };
    const [first, replay] = await Promise.all([
      post(impatient, user, headers),
      post(impatient, user, headers),
    ]).then((both) => both.sort((a, b) => a.status - b.status));
    const { sagaId } = first.body;
    expect(first).toMatchObject({ status: 202, body: { status: 'RUNNING' } });
    expect(first.headers.get('location')).toBe(`/api/sagas/${String(sagaId)}`);
    expect(replay).toMatchObject({ status: 409, body: { code: 'CHECKOUT_IN_PROGRESS', sagaId } });
    expect(replay.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(replay.headers.get('idempotent-replayed')).toBe('true');
    await shop.serveAll();
    const after = await post(one, user, headers);
    expect(after).toMatchObject({ status: 200, body: { sagaId } });
    expect(after.headers.get('idempotent-replayed')).toBe('true');
  });

  it('sent fifty times at once with one key is one order and fifty equal answers', async () => {
    const user = aUser();
    const before = await sagasIn();
    const asking = Array.from({ length: 50 }, () => post(one, user, { 'idempotency-key': 'k' }));
    await shop.serveAll();
    const answers = await Promise.all(asking);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const replayed = answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true');
    expect(replayed).toHaveLength(49);
    expect(await sagasIn()).toBe(before + 1);
  });

  it('repeated with its saga id is the same request, not a replay', async () => {
    const user = aUser();
    const headers = { 'x-saga-id': newUuid() };
    const asking = [post(one, user, headers), post(one, user, headers)];
    await shop.serveAll();
    for (const answer of await Promise.all(asking)) {
      expect(answer).toMatchObject({ status: 200, body: { sagaId: headers['x-saga-id'] } });
      expect(answer.headers.get('idempotent-replayed')).toBeNull();
    }
  });

  it('under the id of a saga of long ago is refused when that is gone, with nothing recorded', async () => {
    const before = await sagasIn();
    const headers = { 'x-saga-id': madeHoursAgo(2), prefer: 'respond-async' };
    const others: Record<string, string>[] = [
      {},
      { 'idempotency-key': 'k' },
      { 'x-replay-only': 'true' },
    ];
    for (const also of others) {
      expect(await post(one, aUser(), { ...headers, ...also })).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', errors: [{ field: 'x-saga-id' }] },
      });
    }
    expect(await sagasIn()).toBe(before);
  });

  it('under the id of a saga of long ago is that saga while it is there, or its key', async () => {
    const [user, sagaId] = [aUser(), madeHoursAgo(2)];
    const headers = { 'idempotency-key': 'k', prefer: 'respond-async' };
    const first = await post(one, user, headers);
    await shop.serveAll();
    const { sagaId: newId } = first.body as { sagaId: string };
    const replayed = await post(one, user, { ...headers, 'x-saga-id': sagaId });
    expect(replayed).toMatchObject({ body: { sagaId: newId } });
    await shop.query('UPDATE saga_state SET saga_id = $2 WHERE saga_id = $1', [newId, sagaId]);
    const again = await post(one, user, { 'x-saga-id': sagaId });
    expect(again).toMatchObject({ status: 200, body: { sagaId } });
  });

  it('of a used key with another body is 422', async () => {
    const user = aUser();
    const headers = { 'idempotency-key': 'k', prefer: 'respond-async' };
    await post(one, user, headers);
    expect(await post(one, user, headers, 3)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    await shop.serveAll();
  });

  it.each([
    ['a bad saga id', { 'x-saga-id': '7' }, 'VALIDATION_FAILED'],
    ['a bad key', { 'idempotency-key': 'k'.repeat(256) }, 'INVALID_IDEMPOTENCY_KEY'],
    ['a key of blanks', { 'idempotency-key': '"  "' }, 'INVALID_IDEMPOTENCY_KEY'],
  ])('with %s is 400 and records nothing', async (_name, headers, code) => {
    const before = await sagasIn();
    expect(await post(one, aUser(), headers)).toMatchObject({ status: 400, body: { code } });
    expect(await sagasIn()).toBe(before);
  });

  it.each(['   ', '\u200b'])(
    'of the user %j, who cannot be seen, records nothing',
    async (user) => {
      const before = await sagasIn();
      const answer = await post(one, user);
      const errors = [
        { field: 'userId', message: 'userId must contain at least one visible character' },
      ];
      expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors } });
      expect(await sagasIn()).toBe(before);
    },
  );

  it('with two keys is refused, and records nothing', async () => {
    const before = await sagasIn();
    const productId = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
    const items = [{ productId, quantity: 1, price: '29.99' }];
    const body = JSON.stringify({ userId: aUser(), items });
    const keys = 'Idempotency-Key: a\r\nIdempotency-Key: b\r\n';
    const { answers } = await sendRaw(one.url, rawCheckout(`${keys}${lengthOf(body)}`) + body);
    expect(answers[0]).toMatchObject({ status: 400 });
    expect(answers[0]!.body).toContain('INVALID_IDEMPOTENCY_KEY');
    expect(await sagasIn()).toBe(before);
  });

  it('over 32 KB is refused before its body has come', async () => {
    const { answers } = await sendRaw(one.url, rawCheckout('Content-Length: 32769\r\n'));
    expect(answers[0]).toMatchObject({ status: 413 });
  });
});

const lengthOf = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n`;
const rawCheckout = (headers: string) =>
  `POST /checkout HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n`;

describe('reading', () => {
  it('forwards a query to its service', async () => {
    const id = newUuid();
    const [order] = await Promise.all([
      ask(one, 'GET', `/orders/${id}`),
      shop.serve('order', { response: { id } }),
    ]);
    expect(order).toMatchObject({ status: 200, body: { id } });
    const [products] = await Promise.all([
      ask(one, 'GET', '/products'),
      shop.serve('inventory', { response: [{ id }] }),
    ]);
    expect(products.body).toEqual([{ id }]);
  });

  it('at the catalogue is answered a page at a time, each with a link to the next', async () => {
    const products = ['a', 'b', 'c'].map((name) => ({ name, id: newUuid() }));
    const page = async (path: string, response: object[]) => {
      const [answer, command] = await Promise.all([
        ask(one, 'GET', path),
        shop.serve('inventory', { response }),
      ]);
      expect(command).toBe('inventory.list');
      return { body: answer.body, link: answer.headers.get('link') };
    };
    const first = await page('/products?limit=2', products);
    expect(first.body).toEqual(products.slice(0, 2));
    const [, next] = /^<(\/products\?limit=2&after=[\w-]+)>; rel="next"$/.exec(first.link!) ?? [];
    const last = await page(next!, products.slice(2));
    expect(last).toEqual({ body: products.slice(2), link: null });
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'after=x', 'limit=1&limit=2'])(
    'at a page of the catalogue that is none (%s) is 400, and no service is asked',
    async (query) => {
      const answer = await ask(one, 'GET', `/products?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    },
  );

  it('for what there is not is 404', async () => {
    const [order] = await Promise.all([
      ask(one, 'GET', `/orders/${newUuid()}`),
      shop.serve('order', { no: 'ORDER_NOT_FOUND' }),
    ]);
    expect(order).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
    const saga = await ask(one, 'GET', `/sagas/${newUuid()}`);
    expect(saga).toMatchObject({ status: 404, body: { code: 'SAGA_NOT_FOUND' } });
  });
});
