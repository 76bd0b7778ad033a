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
  owner: 'instance-1',
  waitingFor: 'retry',
  stepDeadlineAt: null,
  sagaDeadlineAt: row.createdAt,
  holdExpiresAt: null,
  amount: '9.99',
  currency: 'USD',
  paused: { since: row.createdAt, why: 'Payments are not answering.', nextTryAt: null },
  lifecycle: [{ state: 'CREATED', at: row.createdAt }],
  plan: [
    {
      step: 'ORDER_CREATED',
      kind: 'command',
      undo: 'CANCEL_ORDER',
      undoneBy: null,
      queue: 'order_commands',
      pivot: false,
      attemptsMax: 5,
    },
  ],
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
  notes: [
    {
      kind: 'RETRIED',
      step: 'REFUND_PAYMENT',
      data: { attempt: 2, ...lastError, nextTryAt: row.createdAt },
      createdAt: row.createdAt,
    },
    {
      kind: 'OPERATED',
      step: 'REFUND_PAYMENT',
      data: { action: 'retry', operator: 'ada', reason: 'call 7' },
      createdAt: row.createdAt,
    },
  ],
};

describe('the public page of a saga', () => {
  it('contains nothing technical, neither of the saga nor in its log', () => {
    const shown = JSON.stringify(publicSaga(saga));
    expect(shown).not.toMatch(/lastError|ECONNREFUSED|PROVIDER_UNAVAILABLE|attempt|requestId/);
    expect(shown).not.toMatch(/ada|call 7|instance-1|order_commands/);
  });

  it('contains all other members', () => {
    const { log, attempt, requestId, owner, notes, plan } = saga;
    expect({ ...publicSaga(saga), lastError, attempt, requestId, owner, plan }).toEqual({
      ...saga,
      log: [log[0], { ...log[1], data: null }, { ...log[2], data: { outcome: 'unknown' } }],
      notes: [
        { ...notes[0], data: { nextTryAt: row.createdAt } },
        { ...notes[1], data: null },
      ],
      plan,
    });
  });
});
