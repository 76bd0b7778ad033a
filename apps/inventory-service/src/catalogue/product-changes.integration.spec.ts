import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CatalogueApp, catalogueApp, sellerOf } from '../testing/catalogue-app.js';
import { newOrder, reserveOf, verdict } from '../testing/stock-fixture.js';

const ANN = sellerOf('ann');
const BOB = sellerOf('bob');

let app: CatalogueApp;
beforeAll(async () => {
  app = await catalogueApp();
});
afterAll(async () => {
  expect(await app.stock.breaches()).toEqual([]);
  await app.close();
});

async function newProduct(over: object = {}): Promise<string> {
  const body = { name: 'Cup', price: '3.50', stock: 10, ...over };
  const answer = await app.send('POST', '/products', { seller: ANN, body });
  expect(answer.status).toBe(201);
  return answer.body.id as string;
}

const bookings = (id: string) =>
  app.stock.query(
    'SELECT change, kind, actor, reason FROM stock_ledger WHERE product_id = $1 ORDER BY id',
    [id],
  );
const reserve = async (productId: string, quantity: number) =>
  verdict(await app.stock.repository.submit(reserveOf(newOrder(), [{ productId, quantity }])));

describe('a new product', () => {
  it('belongs to the caller, is listed, and its stock is received in the ledger', async () => {
    const body = {
      name: 'Pot',
      description: 'For tea',
      category: 'Kitchen',
      imageUrl: 'https://images.example/pot.png',
    };
    const sent = { ...body, price: 12, stock: 7 };
    const answer = await app.send('POST', '/products', { seller: ANN, body: sent });
    const expected = {
      ...body,
      price: '12.00',
      currency: 'USD',
      available: 7,
      sellerId: ANN.id,
      isAvailable: true,
      version: 1,
    };
    expect([answer.status, answer.body]).toMatchObject([201, expected]);
    const { body: listed } = await app.send('GET', '/products?category=Kitchen');
    expect(listed).toEqual([answer.body]);
    expect(await bookings(answer.body.id as string)).toEqual([
      { change: 7, kind: 'RESTOCK', actor: ANN.id, reason: 'New product' },
    ]);
  });

  it.each([
    [{ price: '3.50' }, 'name'],
    [{ name: 'Cup', price: '3.505' }, 'price'],
    [{ name: 'Cup', price: '0' }, 'price'],
    [{ name: 'Cup', price: '1', stock: -1 }, 'stock'],
    [{ name: 'Cup', price: '1', sellerId: BOB.id }, 'sellerId'],
  ])('that is not valid (%j) is 400 and names the field', async (body, field) => {
    const answer = await app.send('POST', '/products', { seller: ANN, body });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ field }] },
    });
  });
});

describe('a change', () => {
  it('writes what it names, keeps the rest, and raises the version', async () => {
    const id = await newProduct({ category: 'Bar', description: 'Blue' });
    const change = { version: 1, price: '4.00', category: null };
    const answer = await app.send('PATCH', `/products/${id}`, { seller: ANN, body: change });
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { name: 'Cup', description: 'Blue', price: '4.00', category: null, version: 2 },
    ]);
  });

  it('of a version that is not the present one is 409 with the present one', async () => {
    const id = await newProduct();
    const change = { seller: ANN, body: { version: 1, name: 'Mug' } };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => app.send('PATCH', `/products/${id}`, change)),
    );
    const codes = answers.map(({ status, body }) => [status, body.code, body.version]);
    expect(codes.filter(([status]) => status === 200)).toEqual([[200, undefined, 2]]);
    expect(codes.filter(([status]) => status !== 200)).toEqual(
      Array.from({ length: 9 }, () => [409, 'PRODUCT_CHANGED', 2]),
    );
  });

  it('is not disturbed by sales, and does not disturb them', async () => {
    const id = await newProduct();
    expect(await reserve(id, 2)).toBe('yes');
    const change = { seller: ANN, body: { version: 1, isAvailable: false } };
    const answer = await app.send('PATCH', `/products/${id}`, change);
    expect(answer).toMatchObject({ status: 200, body: { available: 8, isAvailable: false } });
    expect(await reserve(id, 1)).toBe('PRODUCT_NOT_FOUND');
    const back = { seller: ANN, body: { version: 2, isAvailable: true } };
    await app.send('PATCH', `/products/${id}`, back);
    expect(await reserve(id, 1)).toBe('yes');
  });

  it('that changes nothing is 400, and so is a path that names no product', async () => {
    const id = await newProduct();
    const nothing = await app.send('PATCH', `/products/${id}`, {
      seller: ANN,
      body: { version: 1 },
    });
    expect(nothing).toMatchObject({ status: 400, body: { errors: [{ field: 'body' }] } });
    const body = { version: 1, name: 'x' };
    const noId = await app.send('PATCH', '/products/7', { seller: ANN, body });
    expect(noId).toMatchObject({ status: 400, body: { errors: [{ field: 'productId' }] } });
  });
});

describe('an archived product', () => {
  it('is not listed, not bought, not changed and not restocked, and is archived once', async () => {
    const id = await newProduct({ category: 'Old' });
    for (let times = 0; times < 2; times += 1) {
      const archived = await app.send('DELETE', `/products/${id}`, { seller: ANN });
      expect([archived.status, archived.body]).toEqual([204, {}]);
    }
    expect((await app.send('GET', '/products?category=Old')).body).toEqual([]);
    expect(await reserve(id, 1)).toBe('PRODUCT_NOT_FOUND');
    const change = await app.send('PATCH', `/products/${id}`, {
      seller: ANN,
      body: { version: 2, name: 'Mug' },
    });
    const restock = await app.send('POST', `/products/${id}/restock`, {
      seller: ANN,
      body: { quantity: 1, reason: 'found' },
    });
    for (const answer of [change, restock]) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'PRODUCT_UNAVAILABLE' } });
    }
    expect(await bookings(id)).toHaveLength(1);
  });

  it('can be written off', async () => {
    const id = await newProduct();
    await app.send('DELETE', `/products/${id}`, { seller: ANN });
    const body = { quantity: 10, reason: 'thrown away' };
    const answer = await app.send('POST', `/products/${id}/write-off`, { seller: ANN, body });
    expect(answer).toMatchObject({ status: 200, body: { available: 0 } });
  });
});

describe('restock and write-off', () => {
  it('move the stock, and the ledger has the caller and the reason', async () => {
    const id = await newProduct();
    const move = (path: string, quantity: number, reason: string) =>
      app.send('POST', `/products/${id}/${path}`, { seller: ANN, body: { quantity, reason } });
    expect(await move('restock', 5, "Ann's delivery")).toMatchObject({
      status: 200,
      body: { available: 15, version: 1 },
    });
    expect(await move('write-off', 3, String.raw`broken \ by 'x'; --`)).toMatchObject({
      body: { available: 12 },
    });
    expect((await bookings(id)).slice(1)).toEqual([
      { change: 5, kind: 'RESTOCK', actor: ANN.id, reason: "Ann's delivery" },
      { change: -3, kind: 'WRITE_OFF', actor: ANN.id, reason: String.raw`broken \ by 'x'; --` },
    ]);
  });

  it('beside sales of the same product lose nothing, and the books balance', async () => {
    const id = await newProduct();
    const moves = Array.from({ length: 20 }, (_, index) => {
      const body = { quantity: 1, reason: 'counted' };
      const path = `/products/${id}/${index % 2 ? 'restock' : 'write-off'}`;
      return app.send('POST', path, { seller: ANN, body });
    });
    const sales = Array.from({ length: 5 }, () => reserve(id, 1));
    const statuses = (await Promise.all(moves)).map(({ status }) => status);
    expect(new Set(await Promise.all(sales))).toEqual(new Set(['yes']));
    // A row that is locked for too long is 503, and nothing of it was done.
    const done = statuses.map((status, index) => (status === 200 ? (index % 2 ? 1 : -1) : 0));
    const sum = done.reduce<number>((total, one) => total + one, 0);
    expect(statuses.filter((status) => ![200, 503].includes(status))).toEqual([]);
    expect((await app.stock.productRow(id)).stock_quantity).toBe(10 + sum - 5);
    expect(await app.stock.breaches()).toEqual([]);
  });

  it('of more than is not reserved is refused, and of a stock without bounds', async () => {
    const id = await newProduct();
    expect(await reserve(id, 4)).toBe('yes');
    const tooMuch = { quantity: 7, reason: 'lost' };
    const answer = await app.send('POST', `/products/${id}/write-off`, {
      seller: ANN,
      body: tooMuch,
    });
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'INSUFFICIENT_STOCK', available: 6 },
    });
    await app.stock.query('UPDATE products SET stock_quantity = 1000000000 WHERE id = $1', [id]);
    const body = { quantity: 1, reason: 'more' };
    const full = await app.send('POST', `/products/${id}/restock`, { seller: ANN, body });
    expect(full).toMatchObject({ status: 400, body: { errors: [{ field: 'quantity' }] } });
  });

  it.each([
    [{ quantity: 0, reason: 'x' }, 'quantity'],
    [{ quantity: '3', reason: 'x' }, 'quantity'],
    [{ quantity: 1 }, 'reason'],
    [{ quantity: 1, reason: 'a\0b' }, 'reason'],
  ])('with %j is 400 and names the field', async (body, field) => {
    const id = await newProduct();
    const answer = await app.send('POST', `/products/${id}/restock`, { seller: ANN, body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });
});

describe('who changes products', () => {
  const changes = (id: string): [string, string, unknown][] => [
    ['PATCH', `/products/${id}`, { version: 1, name: 'Mine' }],
    ['DELETE', `/products/${id}`, undefined],
    ['POST', `/products/${id}/restock`, { quantity: 1, reason: 'x' }],
    ['POST', `/products/${id}/write-off`, { quantity: 1, reason: 'x' }],
  ];

  it("gets the answer of an unknown id for another seller's product, and changes nothing", async () => {
    const id = await newProduct();
    const before = await app.stock.query('SELECT * FROM products WHERE id = $1', [id]);
    const comparable = ({ status, body }: Awaited<ReturnType<typeof app.send>>) => [
      status,
      { ...body, requestId: '' },
    ];
    for (const [index, [method, path, body]] of changes(id).entries()) {
      const foreign = await app.send(method, path, { seller: BOB, body });
      const unknownPath = changes(newUuid())[index]![1];
      const unknown = await app.send(method, unknownPath, { seller: BOB, body });
      expect(foreign).toMatchObject({ status: 404, body: { code: 'PRODUCT_NOT_FOUND' } });
      expect(comparable(foreign)).toEqual(comparable(unknown));
    }
    expect(await app.stock.query('SELECT * FROM products WHERE id = $1', [id])).toEqual(before);
  });

  it('cannot change a product without a seller', async () => {
    const id = await app.stock.product(3);
    for (const [method, path, body] of changes(id)) {
      expect((await app.send(method, path, { seller: ANN, body })).status).toBe(404);
    }
  });

  it('must be known, and a seller', async () => {
    const id = await newProduct();
    const customer = { ...ANN, roles: ['customer'] as const };
    for (const [method, path, body] of changes(id)) {
      expect(await app.send(method, path, { body })).toMatchObject({
        status: 401,
        body: { code: 'TOKEN_REQUIRED' },
      });
      const denied = await app.send(method, path, { seller: customer, body });
      expect(denied).toMatchObject({ status: 403, body: { code: 'ACCESS_DENIED' } });
    }
  });
});
