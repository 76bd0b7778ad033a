import { describe, expect, it } from '@jest/globals';
import { outcomeOf, reasonOf } from './outcome.js';

const undone = (step: string, code: string, kind: 'rejected' | 'unknown' = 'rejected') =>
  ({ phase: 'undone', failure: { step, code, kind, message: '' } }) as const;
const waitingAt = (waitsAt: string) => ({ phase: 'waiting', waitsAt }) as const;
const waiting = waitingAt('SELLER_HANDS_OVER');
const done = { phase: 'done' } as const;

describe('the outcome of what a person did', () => {
  it('is the stage that it led to, also when the order has gone on since', () => {
    for (const rest of [waiting, done]) {
      expect(outcomeOf('confirm', undefined, rest)).toEqual({
        kind: 'stage',
        stage: 'AWAITING_PAYMENT',
      });
    }
  });

  it('is the stage, also when the order was undone later', () => {
    expect(outcomeOf('confirm', undefined, undone('PAYMENT_SETTLED', 'PAYMENT_NOT_MADE'))).toEqual({
      kind: 'stage',
      stage: 'AWAITING_PAYMENT',
    });
  });

  it('is the refusal of a step on the way to the stage', () => {
    const soldOut = undone('INVENTORY_RESERVED', 'INSUFFICIENT_STOCK');
    expect(outcomeOf('confirm', undefined, soldOut)).toMatchObject({
      kind: 'refused',
      code: 'INSUFFICIENT_STOCK',
    });
    const cancelled = undone('PAYMENT_OPENED', 'CUSTOMER_CANCELLED');
    expect(outcomeOf('confirm', undefined, cancelled)).toMatchObject({
      kind: 'refused',
      code: 'ORDER_CANCELLED',
    });
  });

  it('of a payment is ORDER_CANCELLED when the order was cancelled while it was paid', () => {
    const cancelled = undone('CUSTOMER_PAYS', 'SELLER_CANCELLED');
    expect(outcomeOf('paid', undefined, cancelled)).toMatchObject({
      kind: 'refused',
      code: 'ORDER_CANCELLED',
    });
  });

  it('of a payment goes on while its saga does not know of it', () => {
    const untold = outcomeOf('paid', undefined, waitingAt('CUSTOMER_PAYS'));
    expect(untold).toMatchObject({ kind: 'going-on' });
    const told = outcomeOf('paid', undefined, waitingAt('SELLER_STARTS'));
    expect(told).toEqual({ kind: 'stage', stage: 'PAID' });
  });

  it('of what cancels is CANCELLED, once all is undone', () => {
    const rejected = undone('SELLER_DECIDES', 'SELLER_REJECTED');
    expect(outcomeOf('reject', undefined, rejected)).toEqual({ kind: 'stage', stage: 'CANCELLED' });
    expect(outcomeOf('reject', undefined, undefined)).toMatchObject({ kind: 'going-on' });
  });
});

it('a customer reads why the order was undone, and never a technical reason', () => {
  expect(
    reasonOf({ step: 'SELLER_DECIDES', kind: 'rejected', code: 'SELLER_SILENT', message: '' }),
  ).toMatchObject({ code: 'SELLER_SILENT' });
  const unknown = {
    step: 'ORDER_PAID',
    kind: 'unknown',
    code: 'X',
    message: 'ECONNRESET',
  } as const;
  expect(reasonOf(unknown)).toMatchObject({ code: 'CHECKOUT_UNDONE' });
});
