import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newUuid } from '@backstitch/shared-types';
import {
  beginning,
  type ClaimFixture,
  claimFixture,
  keyedBy,
} from '../../testing/claim-fixture.js';
import type { CheckoutInput } from './checkout.js';

const inputOf = (userId: string): CheckoutInput => ({
  userId,
  items: [{ productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 1, price: '29.99' }],
  totalAmount: '29.99',
});

describe("a saga's id that belongs to another checkout", () => {
  let fixture: ClaimFixture;
  beforeAll(async () => {
    fixture = await claimFixture();
  });
  afterAll(() => fixture.close());

  const claims = () =>
    fixture.query('SELECT caller, saga_id FROM idempotency_keys ORDER BY caller');

  it('opens it for no other user, and leaves no claim of theirs', async () => {
    const repository = fixture.repository();
    const [sagaId, before] = [newUuid(), await claims()];
    const owner = beginning(keyedBy('owner', 'k'), sagaId, inputOf('owner'));
    expect(await repository.begin(owner)).toEqual({ kind: 'inserted' });
    const forged = beginning(keyedBy('thief', 'k'), sagaId, inputOf('thief'));
    expect(await repository.begin(forged)).toEqual({ kind: 'reused' });
    expect(await repository.find(forged)).toEqual({ kind: 'reused' });
    const unnamed = beginning(undefined, sagaId, inputOf('thief'));
    expect(await repository.begin(unnamed)).toEqual({ kind: 'reused' });
    expect(await claims()).toEqual([...before, { caller: 'owner', saga_id: sagaId }]);
  });

  it('opens it for its own request again, whatever order the database keeps members in', async () => {
    const repository = fixture.repository();
    const sagaId = newUuid();
    const first = beginning(undefined, sagaId, inputOf('repeats'));
    await repository.begin(first);
    const again = beginning(undefined, sagaId, inputOf('repeats'));
    expect(await repository.begin(again)).toMatchObject({ kind: 'exists', sagaId });
  });

  it('is the saga of one of two requests that bring it at once, and refuses the other', async () => {
    const repository = fixture.repository();
    const sagaId = newUuid();
    const users = ['a', 'b', 'c', 'd'];
    const begun = await Promise.all(
      users.map((user) =>
        repository.begin(beginning(keyedBy(`twin-${user}`, 'k'), sagaId, inputOf(user))),
      ),
    );
    expect(begun.map(({ kind }) => kind).sort()).toEqual([
      'inserted',
      'reused',
      'reused',
      'reused',
    ]);
    const ours = (await claims()).filter(({ saga_id }) => saga_id === sagaId);
    const winner = users[begun.findIndex(({ kind }) => kind === 'inserted')];
    expect(ours).toEqual([{ caller: `twin-${winner}`, saga_id: sagaId }]);
  });
});
