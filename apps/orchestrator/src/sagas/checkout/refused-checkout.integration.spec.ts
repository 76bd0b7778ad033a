import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  beginning,
  type ClaimFixture,
  claimFixture,
  keyedBy,
} from '../../testing/claim-fixture.js';

let fixture: ClaimFixture;

beforeAll(async () => {
  fixture = await claimFixture();
});
afterAll(() => fixture.close());

describe('a checkout whose row PostgreSQL refuses', () => {
  it('is refused alone for any reason, and the others of its batch are recorded', async () => {
    const bad = newUuid();
    await fixture.query(`CREATE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'not this row'; END $$`);
    await fixture.query(`CREATE TRIGGER refusing BEFORE INSERT ON saga_state FOR EACH ROW
      WHEN (NEW.saga_id = '${bad}') EXECUTE FUNCTION refusing()`);
    const ids = [newUuid(), newUuid(), bad, newUuid(), newUuid()];
    const claims = fixture.repository();
    const asked = ids.map((sagaId, nth) => beginning(keyedBy(`user-${nth}`, 'a-key'), sagaId));
    const begun = await Promise.allSettled(asked.map((one) => claims.begin(one)));
    expect(begun.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    const kept = await fixture.query('SELECT saga_id FROM idempotency_keys');
    expect(kept.map((row) => String(row.saga_id)).sort()).toEqual(
      ids.filter((id) => id !== bad).sort(),
    );
  });
});
