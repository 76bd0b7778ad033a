import { Problem } from '@backstitch/service-kit';
import { COMMAND_QUEUES, newUuid } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import type { Queries } from '../../host/queries/queries.client.js';
import { checkoutSaga } from '../../sagas/checkout/checkout-saga.js';
import { registryOf } from '../../testing/registry-of.js';
import { TIMING } from '../../testing/timing.js';
import { Asked, DeadLetterAssessor } from './dead-letter-assessor.client.js';

/** A refund without a saga: only the order service knows what it is about. */
const refundOf = (orderId: string) => ({
  queue: COMMAND_QUEUES.payment,
  body: Buffer.from(JSON.stringify({ pattern: 'payment.refund', data: { orderId } })),
  properties: { headers: {} } as never,
});

function assessorAsking(ask: (orderId: string) => Promise<object>): DeadLetterAssessor {
  const queries = {
    ask: (_queue: string, _pattern: string, { orderId }: { orderId: string }) => ask(orderId),
  } as unknown as Queries;
  const store = { load: async () => undefined };
  return new DeadLetterAssessor(registryOf([checkoutSaga(TIMING)]), store, queries);
}

describe('the queries for a list of dead letters', () => {
  it('are one for each order', async () => {
    const asked: string[] = [];
    const assessor = assessorAsking(async (orderId) => {
      asked.push(orderId);
      return { status: 'CANCELLED', sagaId: null };
    });
    const [one, other] = [newUuid(), newUuid()];
    const list = new Asked();
    await assessor.assessAll([one, other, one].map(refundOf), list);
    await assessor.assessAll([other, one].map(refundOf), list);
    expect(asked).toEqual([one, other]);
  });

  it('end with the first one that gets no answer: the others would wait as long', async () => {
    let count = 0;
    const assessor = assessorAsking(async () => {
      count += 1;
      throw new Problem('UNAVAILABLE');
    });
    const list = new Asked();
    await assessor.assessAll([refundOf(newUuid())], list);
    const later = await assessor.assessAll([newUuid(), newUuid()].map(refundOf), list);
    expect(count).toBe(1);
    for (const { verdict } of later) expect(verdict.class).toBe('unclear');
  });
});
