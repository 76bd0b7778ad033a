import { describe, expect, it } from '@jest/globals';
import { publicSaga } from './public-saga.js';
import type { SagaView } from './saga-view.js';

const lastError = { code: 'PROVIDER_UNAVAILABLE', message: 'connect ECONNREFUSED 10.0.0.7' };
const row = { status: 'COMPLETED', createdAt: '2026-11-30T05:00:00.000000Z' } as const;
const saga: SagaView = {
  sagaId: 's',
  orderId: 'o',
  definition: 'checkout',
  definitionVersion: 1,
  status: 'COMPENSATING',
  currentStep: 'REFUND_PAYMENT',
  attempt: 3,
  nextTryAt: null,
  lastError,
  needsAttention: true,
  reason: { code: 'CHECKOUT_UNDONE', detail: 'The order could not be completed.' },
  requestId: 'r',
  createdAt: row.createdAt,
  updatedAt: row.createdAt,
  log: [
    { ...row, step: 'ORDER_CREATED', status: 'STARTED', data: null },
    { ...row, step: 'ORDER_CREATED', data: { attempts: 2, lastError } },
    {
      ...row,
      step: 'PAYMENT_PROCESSED',
      status: 'FAILED',
      data: { attempts: 1, outcome: 'unknown', lastError, ...lastError, details: { lastError } },
    },
  ],
};

describe('the public page of a saga', () => {
  it('contains nothing technical, neither of the saga nor in its log', () => {
    const shown = JSON.stringify(publicSaga(saga));
    expect(shown).not.toMatch(/lastError|ECONNREFUSED|PROVIDER_UNAVAILABLE|attempt|requestId/);
  });

  it('contains all other members', () => {
    const { log, attempt, requestId } = saga;
    expect({ ...publicSaga(saga), lastError, attempt, requestId }).toEqual({
      ...saga,
      log: [log[0], { ...log[1], data: null }, { ...log[2], data: { outcome: 'unknown' } }],
    });
  });
});
