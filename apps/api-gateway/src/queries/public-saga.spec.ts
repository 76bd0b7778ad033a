import { describe, expect, it } from '@jest/globals';
import type { SagaView } from '@backstitch/shared-types';
import { publicSaga } from './public-saga.js';

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
  it('contains no technical reason, neither of the saga nor in its log', () => {
    const shown = publicSaga(saga);
    expect(JSON.stringify(shown)).not.toMatch(/lastError|ECONNREFUSED|PROVIDER_UNAVAILABLE/);
  });

  it('contains all other members', () => {
    const { log } = saga;
    expect({ ...publicSaga(saga), lastError }).toEqual({
      ...saga,
      log: [
        log[0],
        { ...log[1], data: { attempts: 2 } },
        { ...log[2], data: { attempts: 1, outcome: 'unknown' } },
      ],
    });
  });
});
