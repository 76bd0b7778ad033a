import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Orchestrators } from '../testing/orchestrators.js';
import { recordsOf } from '../testing/dead-letters.js';

let shop: Orchestrators;
beforeAll(async () => {
  shop = await Orchestrators.prepare();
});
afterAll(() => shop.close());

describe('the record of operators', () => {
  it('is never changed, but for an outcome that was missing', async () => {
    const id = newUuid();
    const insert = `INSERT INTO operator_actions
      (id, operator, action, subject_kind, subject_id, reason, detail)
      VALUES ($1, 'olga', 'retry', 'saga', $2, 'x', '{"a": 1}')`;
    await shop.query(insert, [id, id]);
    const set = (what: string) =>
      shop.query(`UPDATE operator_actions SET ${what} WHERE id = '${id}'`);
    await expect(set(`reason = 'other'`)).rejects.toThrow(/append-only/);
    await expect(set(`outcome = 'done', operator = 'otto'`)).rejects.toThrow(/append-only/);
    await expect(set(`outcome = 'done', detail = '{}'`)).rejects.toThrow(/append-only/);
    await expect(set(`detail = '{"a": 1, "b": 2}'`)).rejects.toThrow(/append-only/);
    await set(`outcome = 'done', detail = detail || '{"b": 2}'`);
    await expect(set(`outcome = 'failed'`)).rejects.toThrow(/append-only/);
    await expect(shop.query('DELETE FROM operator_actions')).rejects.toThrow(/append-only/);
    await expect(shop.query('TRUNCATE operator_actions')).rejects.toThrow(/append-only/);
    expect(await recordsOf(shop, id)).toMatchObject([{ outcome: 'done', detail: { a: 1, b: 2 } }]);
  });

  it('loses the names of a person who is erased, and keeps what was done and when', async () => {
    const id = newUuid();
    const insert = `INSERT INTO operator_actions
      (id, operator, caller, action, subject_kind, subject_id, reason, outcome, detail)
      VALUES ($1, 'olga', 'u:i:olga', 'retry', 'saga', $2, 'olga asked', 'done', '{}')`;
    await shop.query(insert, [id, id]);
    const erase = (what: string, where = `id = '${id}'`) =>
      shop.query(`WITH erasing AS MATERIALIZED (SELECT set_config('backstitch.erasing', 'on', true))
        UPDATE operator_actions SET ${what} FROM erasing WHERE ${where}`);
    await erase(`operator = 'x', caller = 'u:i:x', reason = 'x asked', detail = '{"by": "x"}'`);
    for (const what of [`outcome = 'failed'`, `action = 'resume'`, 'at = now()', `seen = 'x'`]) {
      await expect(erase(what)).rejects.toThrow(/append-only/);
    }
    expect(await recordsOf(shop, id)).toMatchObject([
      { operator: 'x', caller: 'u:i:x', action: 'retry', outcome: 'done', reason: 'x asked' },
    ]);
  });
});
