import { ENGINE_DEFAULTS, prepare, type SagaInstance, transition } from '@backstitch/saga-engine';
import { describe, expect, it } from '@jest/globals';
import { checkoutSaga } from '../../sagas/checkout/checkout-saga.js';
import { effectsOn } from './preview-effects.js';

const NOW = 1_000;
const definition = checkoutSaga({
  sagaDeadlineMs: 120_000,
  paymentReplyTimeoutMs: 5_000,
  steps: { replyTimeoutMs: 2_000, attemptsMax: 5, deadlineMs: 20_000 },
});
const INPUT = {
  userId: 'user',
  items: [{ productId: 'p', quantity: 2, price: '29.99' }],
  totalAmount: '59.98',
};

/** A checkout after so many steps that were done. */
function after(steps: number): SagaInstance {
  const about = { sagaId: 's', subjectId: 'o', input: INPUT, requestId: undefined };
  let saga: SagaInstance = prepare(definition, { ...about, nowMs: NOW, owner: 'me' }).instance;
  for (const { name } of definition.steps.slice(0, steps)) {
    const command = { step: name, direction: 'do', attempt: 1 } as const;
    const outcome = { kind: 'done', response: {} } as const;
    const event = { kind: 'replied', outcome, ...command, nowMs: NOW, random: 0 } as const;
    saga = transition(definition, saga, event, ENGINE_DEFAULTS).instance;
  }
  return saga;
}

describe('the effects of an action on a saga', () => {
  it('of an undo are a command for each step so far, the unanswered one among them', () => {
    const commands = new Map([['order_commands', 1]]);
    const nothing = { refunds: false, isRefundInDoubt: false, releases: false };
    expect(effectsOn(definition, after(0), 'compensate', NOW)).toEqual({ commands, ...nothing });
    expect(effectsOn(definition, after(1), 'compensate', NOW)).toMatchObject({ releases: true });
  });

  it('of an undo are a refund once the payment was sent, in doubt until it is answered', () => {
    expect(effectsOn(definition, after(2), 'compensate', NOW)).toMatchObject({
      refunds: true,
      isRefundInDoubt: true,
    });
    expect(effectsOn(definition, after(3), 'compensate', NOW)).toMatchObject({
      refunds: true,
      isRefundInDoubt: false,
    });
  });

  it('of a retry are the commands that are left', () => {
    const commands = new Map([
      ['payment_commands', 1],
      ['inventory_commands', 1],
      ['order_commands', 1],
    ]);
    expect(effectsOn(definition, after(2), 'retry', NOW)).toMatchObject({ commands });
  });

  it('are the refusal of the engine where the action is not allowed', () => {
    expect(effectsOn(definition, after(4), 'compensate', NOW)).toEqual({ refusal: 'past-pivot' });
    expect(effectsOn(definition, after(5), 'retry', NOW)).toEqual({ refusal: 'finished' });
    expect(effectsOn(definition, after(2), 'resume', NOW)).toEqual({ refusal: 'not-parked' });
    expect(effectsOn(undefined, after(2), 'retry', NOW)).toEqual({ refusal: 'unknown-definition' });
  });
});
