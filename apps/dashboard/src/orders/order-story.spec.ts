import { describe, expect, it } from '@jest/globals';
import { headlineOf, type Saga, storySteps } from './order-story.js';

const row = (step: string, status: 'STARTED' | 'COMPLETED' | 'FAILED') => ({
  step,
  status,
  data: null,
  createdAt: '2026-11-30T12:00:00.000000Z',
});

function saga(change: Partial<Saga>): Saga {
  return {
    sagaId: 's',
    orderId: 'o',
    definition: 'checkout',
    definitionVersion: 1,
    status: 'RUNNING',
    currentStep: 'ORDER_CREATED',
    nextTryAt: null,
    needsAttention: false,
    reason: null,
    waitingFor: null,
    stepDeadlineAt: null,
    sagaDeadlineAt: null,
    holdExpiresAt: null,
    amount: null,
    currency: null,
    paused: null,
    lifecycle: [],
    plan: [],
    createdAt: '',
    updatedAt: '',
    log: [],
    notes: [],
    ...change,
  };
}

const states = (one: Saga) => storySteps(one).map(({ state }) => state);

describe('the steps of an order', () => {
  it('are done up to the one that runs, and the rest waits', () => {
    const log = [row('ORDER_CREATED', 'COMPLETED'), row('INVENTORY_RESERVED', 'COMPLETED')];
    const paying = saga({ currentStep: 'PAYMENT_PROCESSED', log });
    expect(states(paying)).toEqual(['done', 'done', 'running', 'waiting', 'waiting']);
    expect(headlineOf(paying)).toMatchObject({
      title: 'Confirming your payment…',
      isEnded: false,
    });
  });

  it('are taken back, the last one first, after a decline, and the rest was never sent', () => {
    const log = [
      row('ORDER_CREATED', 'COMPLETED'),
      row('INVENTORY_RESERVED', 'COMPLETED'),
      row('PAYMENT_PROCESSED', 'FAILED'),
      row('RELEASE_INVENTORY', 'COMPLETED'),
    ];
    const undoing = saga({ status: 'COMPENSATING', currentStep: 'CANCEL_ORDER', log });
    expect(states(undoing)).toEqual(['undoing', 'undone', 'failed', 'never', 'never']);
    const reason = { code: 'PAYMENT_DECLINED', detail: 'Nothing was charged.' };
    const ended = saga({
      status: 'COMPENSATED',
      currentStep: 'COMPENSATED',
      log: [...log, row('CANCEL_ORDER', 'COMPLETED')],
      reason,
    });
    expect(states(ended)).toEqual(['undone', 'undone', 'failed', 'never', 'never']);
    expect(headlineOf(ended)).toEqual({
      title: 'Payment declined',
      sentence: 'Nothing was charged.',
      tone: 'undo',
      isEnded: true,
    });
  });

  it('say that a payment with an unknown outcome was taken back, and not that it was made', () => {
    const log = [row('PAYMENT_PROCESSED', 'FAILED'), row('REFUND_PAYMENT', 'COMPLETED')];
    const [, , payment] = storySteps(saga({ status: 'COMPENSATING', log }));
    expect(payment).toMatchObject({ state: 'undone', title: 'Take the payment' });
  });
});
