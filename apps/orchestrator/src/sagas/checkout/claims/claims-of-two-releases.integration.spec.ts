import { newUuid } from '@backstitch/shared-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  beginning,
  type ClaimFixture,
  claimFixture,
  keyedBy,
  keylessOf,
} from '../../../testing/claim-fixture.js';
import type { CheckoutInput, Claim } from '../checkout.js';
import type { Beginning } from './checkout.claims.js';

let fixture: ClaimFixture;
beforeAll(async () => {
  fixture = await claimFixture();
});
afterAll(() => fixture.close());

const aUser = () => `user ${newUuid()}`;
const inputOf = (userId: string): CheckoutInput => ({ userId, items: [], totalAmount: '0.00' });

/** As the release before callers records it: the caller of a claim is the userId of the body. */
const earlier = (claim: Claim, userId: string, sagaId = newUuid()): Beginning =>
  beginning({ ...claim, caller: userId }, sagaId, inputOf(userId));

const present = (claim: Claim, userId: string, sagaId = newUuid()): Beginning =>
  beginning(claim, sagaId, { ...inputOf(userId), caller: `o:${userId}` });

describe('while an orchestrator of the release before callers is at work', () => {
  it.each([
    ['a key', (user: string) => keyedBy(user, 'k')],
    ['an equal cart without a key', (user: string) => keylessOf(user)],
  ])('%s is one checkout, whichever release gets it first', async (_what, claimOf) => {
    for (const [first, second] of [
      [earlier, present],
      [present, earlier],
    ] as const) {
      const user = aUser();
      const claim = claimOf(user);
      const begun = first(claim, user);
      expect(await fixture.repository().begin(begun)).toEqual({ kind: 'inserted' });
      const repeated = await fixture.repository().begin(second(claim, user));
      expect(repeated).toMatchObject({ kind: 'exists', sagaId: begun.sagaId });
    }
  });

  it('the same request is one checkout, whichever release gets it first', async () => {
    for (const [first, second] of [
      [earlier, present],
      [present, earlier],
    ] as const) {
      const [user, sagaId] = [aUser(), newUuid()];
      const claim = keyedBy(user, 'k');
      await fixture.repository().begin(first(claim, user, sagaId));
      const repeated = await fixture.repository().begin(second(claim, user, sagaId));
      expect(repeated).toMatchObject({ kind: 'exists', sagaId });
    }
  });

  // R60
  it('a userId in the form of a caller takes no key of this caller', async () => {
    const ana = { caller: 'u:https://id.example:ana', userId: 'ana' };
    const poison = earlier(keyedBy(ana.caller, 'k'), ana.caller);
    await fixture.repository().begin(poison);
    const hers = beginning(keyedBy(ana, 'k'), newUuid(), { ...inputOf('ana'), caller: ana.caller });
    expect(await fixture.repository().begin(hers)).toEqual({ kind: 'inserted' });
  });
});
