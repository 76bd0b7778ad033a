import { cursorOf } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CatalogueApp, catalogueApp } from '../testing/catalogue-app.js';

const ID = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';

let app: CatalogueApp;
beforeAll(async () => {
  app = await catalogueApp();
  await app.stock.query(
    `INSERT INTO products (name, stock_quantity, price, category, is_available)
      SELECT 'Dish ' || chr(64 + n), 5, n, CASE WHEN n % 2 = 0 THEN 'Hot & cold' ELSE 'Bar' END, n < 9
      FROM generate_series(1, 10) AS n`,
  );
});
afterAll(() => app.close());

/** The names on all pages from this one on, as the links lead. */
async function namesFrom(path: string): Promise<string[][]> {
  const { status, body, headers } = await app.send('GET', path);
  expect(status).toBe(200);
  const names = (body as unknown as { name: string }[]).map(({ name }) => name.slice(-1));
  const next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return [names, ...(next === undefined ? [] : await namesFrom(next))];
}

describe('the catalogue over HTTP', () => {
  it('has pages, and each links to the next one with the same filters', async () => {
    expect(await namesFrom('/products?limit=4')).toEqual([
      ['A', 'B', 'C', 'D'],
      ['E', 'F', 'G', 'H'],
      ['I', 'J'],
    ]);
    expect(await namesFrom('/products?limit=2&category=Hot%20%26%20cold')).toEqual([
      ['B', 'D'],
      ['F', 'H'],
      ['J'],
    ]);
    expect(await namesFrom('/products?limit=1&category=Bar&text=dish%20c')).toEqual([['C']]);
    expect(await namesFrom('/products?limit=5&text=dish')).toHaveLength(2);
  });

  it('has a menu of what is offered now, whole or by category', async () => {
    expect(await namesFrom('/menu?limit=8')).toEqual([['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']]);
    expect(await namesFrom('/menu?limit=3&category=Bar')).toEqual([['A', 'C', 'E'], ['G']]);
  });

  it('has the products of a list of ids on pages, and leaves out what it does not know', async () => {
    const { body } = await app.send('GET', '/products?limit=10&text=dish');
    const all = body as unknown as { id: string }[];
    const ids = [ID, ...[3, 7, 9].map((n) => all[n]!.id.toUpperCase())].join(',');
    expect(await namesFrom(`/products?limit=100&ids=${ids}`)).toEqual([['D', 'H', 'J']]);
    expect(await namesFrom(`/products?limit=2&ids=${ids}`)).toEqual([['D', 'H'], ['J']]);
  });

  it.each([
    ['?ids=', 'ids'],
    ['?ids=mouse', 'ids'],
    ['?limit=0', 'limit'],
    ['?limit=2&limit=3', 'limit'],
    ['?after=x', 'after'],
    [`?after=${cursorOf('products', ['a', 'not an id'])}`, 'after'],
    [`?after=${cursorOf('sagas', ['a', ID])}`, 'after'],
    ['?category=', 'category'],
    ['?category=a&category=b', 'category'],
    ['?category=a%00', 'category'],
    ['?text=%00', 'text'],
    ['?text=%26%20%21', 'text'],
    ['?text=a&text=b', 'text'],
  ])('with %s is 400 and names the parameter', async (query, field) => {
    const answer = await app.send('GET', `/products${query}`);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ field }] },
    });
  });
});
