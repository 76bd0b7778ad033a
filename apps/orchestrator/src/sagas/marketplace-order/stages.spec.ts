import type { SagaInstance } from '@backstitch/saga-engine';
import { describe, expect, it } from '@jest/globals';
import { TIMING } from '../../testing/timing.js';
import { marketplaceSaga } from './marketplace-saga.js';
import { allowedFor, stageAt, stageOf } from './stages.js';

const saga = marketplaceSaga({
  ...TIMING,
  sellerDecidesMs: 1_000,
  customerPaysMs: 1_000,
  sellerFulfilsMs: 1_000,
  graceMs: 1_000,
});
const forward = (awaited: string, skipped: string[] = []) =>
  ({ phase: 'forward', awaited, waits: { early: [], skipped } }) as unknown as SagaInstance;

describe('the stage of a marketplace order', () => {
  it('is known for every step and every wait of its saga', () => {
    const names = [...saga.steps.map(({ name }) => name), ...saga.waits.keys()];
    expect(names.filter((name) => stageAt(name) === 'CANCELLED')).toEqual([]);
  });

  it('is CANCELLED while its saga is being undone, whatever the step', () => {
    const backward = { phase: 'backward', awaited: 'REFUND_PAYMENT' } as unknown as SagaInstance;
    expect(stageOf(backward)).toBe('CANCELLED');
  });

  it('during the sale is that of the last step that was not skipped', () => {
    expect(stageOf(forward('INVENTORY_COMMITTED'))).toBe('READY');
    expect(stageOf(forward('INVENTORY_COMMITTED', ['ORDER_READY']))).toBe('PREPARING');
    expect(stageOf(forward('ORDER_FULFILLED', ['ORDER_PREPARING', 'ORDER_READY']))).toBe('PAID');
  });
});

describe('what a person may do', () => {
  it('is what the saga awaits of this person', () => {
    const awaited = ['confirm', 'customer-cancel', 'reject', 'seller-cancel'];
    expect(allowedFor('seller', awaited)).toEqual(['confirm', 'reject', 'cancel']);
    expect(allowedFor('customer', awaited)).toEqual(['cancel']);
    expect(allowedFor('customer', ['customer-cancel', 'exhausted', 'paid'])).toEqual([
      'pay',
      'cancel',
    ]);
  });
});
