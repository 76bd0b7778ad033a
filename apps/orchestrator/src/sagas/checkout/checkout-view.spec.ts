import type { SagaLogView, SagaView } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { checkoutView } from './checkout-view.js';

const at = (second: number) => `2026-01-01T00:00:0${second}.000000Z`;
const row = (n: number, step: string, status: SagaLogView['status']): SagaLogView => ({
  step,
  status,
  data: null,
  createdAt: at(n),
});
const RESERVED = [
  row(0, 'ORDER_CREATED', 'STARTED'),
  row(1, 'ORDER_CREATED', 'COMPLETED'),
  row(2, 'INVENTORY_RESERVED', 'STARTED'),
  row(3, 'INVENTORY_RESERVED', 'COMPLETED'),
  row(3, 'PAYMENT_PROCESSED', 'STARTED'),
];
const known = { currency: 'USD', holdSeconds: 150 };
const viewOf = (log: SagaLogView[]) =>
  checkoutView({ log } as SagaView, { input: { totalAmount: '9.99' } }, known);

describe('the view of a checkout', () => {
  it('tells its amount and what it has reached, in order', () => {
    const log = [
      ...RESERVED,
      row(4, 'PAYMENT_PROCESSED', 'COMPLETED'),
      row(5, 'INVENTORY_COMMITTED', 'COMPLETED'),
      row(6, 'ORDER_CONFIRMED', 'COMPLETED'),
    ];
    const { amount, currency, lifecycle } = viewOf(log);
    expect({ amount, currency }).toEqual({ amount: '9.99', currency: 'USD' });
    expect(lifecycle).toEqual([
      { state: 'CREATED', at: at(1) },
      { state: 'INVENTORY_RESERVED', at: at(3) },
      { state: 'PAYMENT_PENDING', at: at(3) },
      { state: 'PAID', at: at(4) },
      { state: 'CONFIRMED', at: at(6) },
    ]);
  });

  it('tells how long units are held at least, until they are sold or released', () => {
    expect(viewOf(RESERVED.slice(0, 3)).holdExpiresAt).toBeNull();
    expect(viewOf(RESERVED).holdExpiresAt).toBe('2026-01-01T00:02:32.000Z');
    for (const over of ['INVENTORY_COMMITTED', 'RELEASE_INVENTORY']) {
      expect(viewOf([...RESERVED, row(5, over, 'COMPLETED')]).holdExpiresAt).toBeNull();
    }
  });
});
