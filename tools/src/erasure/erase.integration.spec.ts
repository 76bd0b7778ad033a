import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { sagaOf, SeededDatabases } from '../reconcile/testing/seeded-databases.js';
import { erasePerson } from './erase.js';

let shop: SeededDatabases;
let sagas: pg.Client;
beforeAll(async () => {
  shop = await SeededDatabases.open();
  sagas = new pg.Client({ connectionString: shop.urls.orchestrator });
  await sagas.connect();
});
afterAll(async () => {
  await sagas?.end();
  await shop?.close();
});

const erase = (subject: string) => erasePerson(shop.urls, { subject }, `erased-${randomUUID()}`);

describe('erasing a person', () => {
  it('takes the person out of the signals to sagas, and keeps what they were answered', async () => {
    const seller = randomUUID();
    const saga = sagaOf(await shop.checkout('DONE'));
    const answer = { kind: 'refused', message: `not by ${seller}` };
    await sagas.query(
      `INSERT INTO saga_signals (saga_id, signal_id, name, data, answer, recorded_at)
        VALUES ($1, $2, 'accept', $3, $4, now())`,
      [saga, `u:${seller}`, JSON.stringify({ by: seller }), JSON.stringify(answer)],
    );
    const erased = await erase(seller);
    expect(erased).toEqual({ kind: 'erased', rows: { 'orchestrator.saga_signals': 3 } });
    const { rows } = await sagas.query(
      `SELECT * FROM saga_signals WHERE saga_id = $1 AND answer->>'kind' = 'refused'`,
      [saga],
    );
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(seller);
  });

  it.each([
    ['was started by the person', 'input', (id: string) => ({ userId: id })],
    ['keeps what a signal of the person said', 'kept', (id: string) => ({ STEP: { by: id } })],
    [
      'keeps an early signal of the person',
      'waits',
      (id: string) => ({ early: [{ id: 'x', name: 'paid', taken: { by: id } }], skipped: [] }),
    ],
  ])('waits for the end of a saga that waits and %s', async (_, column, value) => {
    const person = randomUUID();
    const saga = sagaOf(await shop.checkout('DONE'));
    await sagas.query(
      `UPDATE saga_state SET status = 'WAITING', due_at = now() + interval '1 hour', ${column} = $2
        WHERE saga_id = $1`,
      [saga, JSON.stringify(value(person))],
    );
    const blockers = { sagaIds: [saga], deadLetterIds: [], productIds: [] };
    expect(await erase(person)).toEqual({ kind: 'blocked', blockers });
    await sagas.query(`UPDATE saga_state SET status = 'DONE', due_at = NULL WHERE saga_id = $1`, [
      saga,
    ]);
    expect(await erase(person)).toMatchObject({ rows: { 'orchestrator.saga_state': 1 } });
  });
});
