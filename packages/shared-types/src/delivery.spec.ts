import { describe, expect, it } from '@jest/globals';
import { bodyProblems } from './body-problems.js';
import { canonicalDelivery, CheckoutWithDeliveryDto, deliveryProblem } from './delivery.js';
import { validateFast } from './fast-validation.js';

const HOME = {
  kind: 'DELIVERY',
  name: 'Ann',
  phone: '+44 20 1234-567',
  address: '1 High St\nLeeds',
};
const CART = {
  userId: 'user-123',
  items: [{ productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 2, price: '29.99' }],
};

describe('a delivery', () => {
  it.each([
    HOME,
    { kind: 'PICKUP' },
    { kind: 'PICKUP', name: 'Ann', phone: '0201234567' },
    { kind: 'DINE_IN', table: '12 (garden)' },
  ])('is accepted: %j', (delivery) => {
    expect(deliveryProblem(delivery)).toBeUndefined();
  });

  it.each([
    [null, 'delivery'],
    [[HOME], 'delivery'],
    [{}, 'delivery.kind'],
    [{ ...HOME, kind: 'toString' }, 'delivery.kind'],
    [{ ...HOME, kind: ['DELIVERY'] }, 'delivery.kind'],
    [{ ...HOME, name: undefined }, 'delivery.name'],
    [{ ...HOME, name: ' \u200b' }, 'delivery.name'],
    [{ ...HOME, phone: 'call me' }, 'delivery.phone'],
    [{ ...HOME, phone: 201234567 }, 'delivery.phone'],
    [{ ...HOME, address: 'x'.repeat(501) }, 'delivery.address'],
    [{ ...HOME, address: 'High St\0' }, 'delivery.address'],
    [{ ...HOME, table: '12' }, 'delivery.table'],
    [{ kind: 'PICKUP', address: 'High St' }, 'delivery.address'],
    [{ kind: 'DINE_IN' }, 'delivery.table'],
    [{ kind: 'DINE_IN', table: null }, 'delivery.table'],
  ])('is refused with its field: %j', (delivery, field) => {
    expect(deliveryProblem(delivery)).toMatch(new RegExp(`^${field.replace('.', '\\.')} `));
  });

  it('is compared by its values', () => {
    const { kind, ...rest } = HOME;
    expect(canonicalDelivery({ ...rest, kind: 'DELIVERY' })).toBe(
      canonicalDelivery({ kind: 'DELIVERY', ...rest }),
    );
    expect(kind).toBe('DELIVERY');
  });
});

describe('a checkout with a delivery', () => {
  it('costs a checkout without one nothing: the fast validation knows both', () => {
    expect(validateFast(CheckoutWithDeliveryDto, CART)).toBeInstanceOf(CheckoutWithDeliveryDto);
    expect(bodyProblems(CheckoutWithDeliveryDto, { ...CART, delivery: HOME })).toEqual([]);
  });

  it('is refused with the sentence about its delivery', () => {
    const delivery = { kind: 'DINE_IN' };
    expect(bodyProblems(CheckoutWithDeliveryDto, { ...CART, delivery })).toEqual([
      { field: 'delivery', message: expect.stringContaining('delivery.table must be') },
    ]);
  });
});
