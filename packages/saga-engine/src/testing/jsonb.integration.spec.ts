import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Client } from 'pg';
import { sagaDatabase } from '../fixtures/saga-database.js';
import { storableJson } from '../core/json.js';
import { jsonb } from './jsonb.js';

let database: Awaited<ReturnType<typeof sagaDatabase>>;
let client: Client;

beforeAll(async () => {
  database = await sagaDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function throughPostgres(value: unknown): Promise<unknown> {
  const { rows } = await client.query('SELECT $1::jsonb AS value', [storableJson(value)]);
  return (rows[0] as { value: unknown }).value;
}

/** Text with the order of members in it, which toEqual does not look at. */
const exactly = (value: unknown) => JSON.stringify(value);

describe('the JSON of the memory store', () => {
  it('is what PostgreSQL keeps of any value, to the order of its members', async () => {
    const anything = fc.anything({
      withDate: true,
      withSparseArray: true,
      withNullPrototype: true,
    });
    const holds = fc.asyncProperty(anything, async (value) => {
      const kept = await throughPostgres(value);
      expect(exactly(jsonb(value))).toBe(exactly(kept));
    });
    await fc.assert(holds, { numRuns: 500 });
  });

  it.each([
    ['numbers at the ends of a double', [1.7976931348623157e308, 5e-324, -0, 1e21, 0.1 + 0.2]],
    ['text with a NUL, a half of a pair, and a whole pair', ['\0', '\ud800', '\ud83d\ude00', '\\']],
    [
      'names of any length and alphabet',
      { zz: 1, a: 2, é: 3, '': 4, '\ud83d\ude00': 5, b: 6, 10: 7 },
    ],
    ['a name that is special to JavaScript', JSON.parse('{"__proto__": {"a": 1}}')],
    ['names that become the same', { 'a\0': 1, 'a\ufffd': 2 }],
  ])('is what PostgreSQL keeps of %s', async (_name, value) => {
    expect(exactly(jsonb(value))).toBe(exactly(await throughPostgres(value)));
  });
});
