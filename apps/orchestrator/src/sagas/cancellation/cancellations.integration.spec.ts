import { prepare } from '@backstitch/saga-engine';
import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  beginning,
  claimFixture,
  type ClaimFixture,
  keyedBy,
  keylessOf,
} from '../../testing/claim-fixture.js';
import { TIMING } from '../../testing/timing.js';
import { cancellationSaga } from './cancellation-saga.js';
import type { CancellationInput } from './cancellation.js';
import { CancellationsRepository } from './cancellations.repository.js';

let fixture: ClaimFixture;
let cancellations: CancellationsRepository;
beforeAll(async () => {
  fixture = await claimFixture();
  cancellations = new CancellationsRepository(fixture.database);
});
afterAll(() => fixture.close());

const input: CancellationInput = {
  caller: 'o:ana',
  actorRole: 'customer',
  reason: 'changed my mind',
  disposition: 'RESTOCK',
  lines: [],
};
const definition = cancellationSaga(TIMING);
const cancellationOf = (orderId: string, sagaId = newUuid()) =>
  prepare(definition, { sagaId, subjectId: orderId, input, owner: newUuid(), nowMs: Date.now() });
const aUser = () => `user ${newUuid()}`;

/** A checkout that has just ended well. */
async function placed(claim: ReturnType<typeof keylessOf>) {
  const checkout = beginning(claim);
  await fixture.repository().begin(checkout);
  await fixture.put(checkout.sagaId, 'DONE');
  return { sagaId: checkout.sagaId, orderId: checkout.prepared.instance.subjectId };
}

describe('a cancellation that begins', () => {
  // R132
  it('lets an equal cart without a key be a new order at once', async () => {
    const user = aUser();
    const { sagaId, orderId } = await placed(keylessOf(user));
    const joining = await fixture.repository().begin(beginning(keylessOf(user)));
    expect(joining).toMatchObject({ kind: 'exists', sagaId });
    await cancellations.begin(cancellationOf(orderId), sagaId);
    const anew = await fixture.repository().begin(beginning(keylessOf(user)));
    expect(anew).toEqual({ kind: 'inserted' });
  });

  it('leaves the key of the checkout its answer', async () => {
    const user = aUser();
    const { sagaId, orderId } = await placed(keyedBy(user, 'k'));
    await cancellations.begin(cancellationOf(orderId), sagaId);
    const replayed = await fixture.repository().begin(beginning(keyedBy(user, 'k')));
    expect(replayed).toMatchObject({ kind: 'exists', sagaId, ended: { phase: 'done' } });
  });

  it('leaves the claims of other checkouts as they are', async () => {
    const [user, other] = [aUser(), aUser()];
    const { sagaId, orderId } = await placed(keylessOf(user));
    const kept = await placed(keylessOf(other));
    await cancellations.begin(cancellationOf(orderId), sagaId);
    const joining = await fixture.repository().begin(beginning(keylessOf(other)));
    expect(joining).toMatchObject({ kind: 'exists', sagaId: kept.sagaId });
  });

  it('20 times at once is one saga', async () => {
    const { sagaId, orderId } = await placed(keylessOf(aUser()));
    const id = newUuid();
    const begun = await Promise.all(
      Array.from({ length: 20 }, () => cancellations.begin(cancellationOf(orderId, id), sagaId)),
    );
    expect(begun.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
    expect(begun).toContainEqual({ kind: 'exists', sagaId: id });
  });
});

describe('the saga of an order that is not created yet', () => {
  it('is found while it is under way, and not afterwards', async () => {
    const checkout = beginning(keylessOf(aUser()));
    await fixture.repository().begin(checkout);
    const { subjectId: orderId } = checkout.prepared.instance;
    expect(await cancellations.openSagaOf(orderId)).toBe(checkout.sagaId);
    await fixture.put(checkout.sagaId, 'DONE');
    expect(await cancellations.openSagaOf(orderId)).toBeUndefined();
  });
});
