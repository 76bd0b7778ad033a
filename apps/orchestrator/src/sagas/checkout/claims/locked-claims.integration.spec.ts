import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RowLocked } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import {
  beginning,
  claimFixture,
  type ClaimFixture,
  keyedBy,
} from '../../../testing/claim-fixture.js';
import type { CheckoutRepository } from './checkout.repository.js';

/** As in the orchestrator. */
const LOCK_TIMEOUT_MS = 300;

let claims: ClaimFixture;
let repository: CheckoutRepository;
beforeAll(async () => {
  claims = await claimFixture(LOCK_TIMEOUT_MS);
  repository = claims.repository();
});
afterAll(() => claims.close());

it('a key whose claim takes long delays no checkout of another key', async () => {
  const holder = await claims.database.pool.connect();
  await holder.query('BEGIN');
  await holder.query(
    `INSERT INTO idempotency_keys (caller, kind, key, request_hash, saga_id, created_at)
     SELECT caller, kind, key, $4, $5, now() FROM (VALUES ($1::text, $2::text, $3::text))
       AS claim (caller, kind, key)`,
    ['slow', 'KEYED', 'k', 'hash', newUuid()],
  );
  try {
    for (let round = 0; round < 3; round += 1) {
      const own = repository.begin(beginning(keyedBy('slow', 'k')));
      const outcome = expect(own).rejects.toBeInstanceOf(RowLocked);
      const others = Array.from({ length: 40 }, (_, n) =>
        repository.begin(beginning(keyedBy(`user ${n}`, `round ${round}`))),
      );
      expect(await Promise.all(others)).toEqual(others.map(() => ({ kind: 'inserted' })));
      await outcome;
    }
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
  expect(await repository.begin(beginning(keyedBy('slow', 'k')))).toEqual({ kind: 'inserted' });
});
