import { guestCaller, openCaller } from '@backstitch/auth';
import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CartsApp, cartsApp, customer } from '../testing/carts-app.js';
import { LIMITED, MOUSE } from '../testing/orders-database.js';

let app: CartsApp;
beforeAll(async () => {
  app = await cartsApp();
});
afterAll(() => app.close());

let accounts = 0;
const account = () => customer(`ann:${(accounts += 1)}`);
type Account = ReturnType<typeof account>;
const pathOf = ({ subject }: Account) => `/carts/${encodeURIComponent(subject)}`;
const put = (caller: Account, productId: string, quantity: unknown) =>
  app.send('PUT', `${pathOf(caller)}/items/${productId}`, { caller, body: { quantity } });
const read = (caller: Account, query = '') => app.send('GET', pathOf(caller) + query, { caller });

describe('the cart of an account', () => {
  it('is empty and of version 0 before anything is put into it', async () => {
    const cart = { status: 200, body: { version: 0, items: [] } };
    expect(await read(account())).toEqual(cart);
  });

  it('rises by one version with each line that is added, changed and removed, and when it is cleared', async () => {
    const ann = account();
    const line = (productId: string, quantity: number) => ({ productId, quantity });
    expect((await put(ann, MOUSE, 2)).body).toEqual({ version: 1, items: [line(MOUSE, 2)] });
    const both = [line(MOUSE, 2), line(LIMITED, 1)];
    expect((await put(ann, LIMITED.toUpperCase(), 1)).body).toEqual({ version: 2, items: both });
    await put(ann, MOUSE, 7);
    const removed = await app.send('DELETE', `${pathOf(ann)}/items/${LIMITED}`, { caller: ann });
    expect(removed.body).toEqual({ version: 4, items: [line(MOUSE, 7)] });
    const cleared = await app.send('DELETE', pathOf(ann), { caller: ann });
    expect(cleared).toEqual({ status: 200, body: { version: 5, items: [] } });
    expect((await read(ann)).body).toEqual(cleared.body);
  });

  it('keeps its version when a request changes nothing', async () => {
    const ann = account();
    await put(ann, MOUSE, 2);
    await put(ann, MOUSE, 2);
    await app.send('DELETE', `${pathOf(ann)}/items/${LIMITED}`, { caller: ann });
    expect((await read(ann)).body).toMatchObject({ version: 1 });
  });

  it('loses none of 40 changes that two replicas make at once, and counts each of them', async () => {
    const ann = account();
    const products = Array.from({ length: 40 }, () => newUuid());
    const answers = await Promise.all(products.map((id, n) => put(ann, id, n + 1)));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const versions = answers.map(({ body }) => Number(body.version)).sort((a, b) => a - b);
    expect(versions).toEqual(products.map((_id, n) => n + 1));
    const { body } = await read(ann);
    const expected = products.map((productId, n) => ({ productId, quantity: n + 1 }));
    expected.sort((a, b) => (a.productId < b.productId ? -1 : 1));
    expect(body).toEqual({ version: 40, items: expected });
  });

  it('takes a hundred products, and refuses one more without any change', async () => {
    const ann = account();
    const [first, ...others] = Array.from({ length: 100 }, () => newUuid());
    await put(ann, first!, 1);
    await Promise.all(others.map((id) => put(ann, id, 1)));
    const refused = await put(ann, MOUSE, 1);
    expect([refused.status, refused.body.code]).toEqual([409, 'CART_FULL']);
    expect((await read(ann)).body).toMatchObject({ version: 100 });
    expect(await put(ann, first!, 2)).toMatchObject({ status: 200, body: { version: 101 } });
  });

  it.each([0, -1, 1.5, 1001, '2', null, undefined])('refuses the quantity %j', async (quantity) => {
    const refused = await put(account(), MOUSE, quantity);
    expect(refused).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });

  it('refuses what is no product id, and what is no version', async () => {
    const ann = account();
    const code = 'VALIDATION_FAILED';
    expect(await put(ann, 'mouse', 1)).toMatchObject({ status: 400, body: { code } });
    for (const query of ['?version=x', '?version=1&version=1', '?version=2147483648']) {
      expect(await read(ann, query)).toMatchObject({ status: 400, body: { code } });
    }
  });

  it('of a version that is not over has no order yet', async () => {
    const ann = account();
    await put(ann, MOUSE, 2);
    expect((await read(ann, '?version=1')).body).toMatchObject({ version: 1, ordered: null });
    expect((await read(ann, '?version=0')).body).toMatchObject({ version: 1, ordered: null });
  });
});

describe('the cart of another account', () => {
  it('is not found, as one that does not exist', async () => {
    const ann = account();
    const eve = account();
    await put(ann, MOUSE, 2);
    const code = 'CART_NOT_FOUND';
    const foreign = pathOf(ann);
    const items = `${foreign}/items/${MOUSE}`;
    for (const [method, path, body] of [
      ['GET', foreign],
      ['DELETE', foreign],
      ['PUT', items, { quantity: 1 }],
      ['DELETE', items],
    ] as const) {
      const answer = await app.send(method, path, { caller: eve, body });
      expect(answer).toMatchObject({ status: 404, body: { code } });
    }
    expect((await read(ann)).body).toMatchObject({ version: 1 });
  });

  it('of another issuer is another cart, also for the same subject', async () => {
    const ann = account();
    await put(ann, MOUSE, 2);
    const other = {
      ...ann,
      issuer: 'https://b',
      id: `u:https://b:${ann.subject.replace(':', '%3A')}`,
    };
    expect(await read(other)).toMatchObject({ status: 200, body: { version: 0 } });
  });
});

describe('a caller without an account', () => {
  it.each([
    ['no caller', undefined, 401, 'TOKEN_REQUIRED'],
    ['an open caller', openCaller('ann'), 401, 'TOKEN_REQUIRED'],
    ['a guest', guestCaller(newUuid()), 403, 'ACCESS_DENIED'],
    ['an operator', customer('op', ['operator']), 403, 'ACCESS_DENIED'],
  ])('has no cart: %s', async (_name, caller, status, code) => {
    const path = `/carts/${caller?.subject ?? 'ann'}`;
    expect(await app.send('GET', path, { caller })).toMatchObject({ status, body: { code } });
  });
});
