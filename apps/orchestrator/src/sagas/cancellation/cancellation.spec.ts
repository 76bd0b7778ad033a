import type { SignalRefusal } from '@backstitch/saga-engine';
import type { OrderLifecycle } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { unsignalled } from '../unavailable.js';
import { afterSignal, cancellationIdOf, mayGiveBack, routeOf } from './cancellation.js';

const lifecycle = (more: Partial<OrderLifecycle>): OrderLifecycle => ({
  stage: 'CONFIRMED',
  kind: 'CHECKOUT',
  sellerId: null,
  version: 2,
  cancellationId: null,
  allowed: { customer: ['cancel'], seller: ['cancel'], admin: ['cancel'] },
  ...more,
});

describe('a cancellation', () => {
  it.each<[string, Partial<OrderLifecycle>, string]>([
    ['PLACED', { stage: 'PLACED' }, 'ask-its-saga'],
    ['PAID on the marketplace', { stage: 'PAID', kind: 'MARKETPLACE' }, 'ask-its-saga'],
    ['CONFIRMED', {}, 'begin'],
    ['CANCELLING', { stage: 'CANCELLING' }, 'cancelled'],
    ['CANCELLED', { stage: 'CANCELLED' }, 'cancelled'],
    [
      'FULFILLED',
      { stage: 'FULFILLED', allowed: { customer: [], seller: [], admin: [] } },
      'refused',
    ],
  ])('of an order that is %s: %j goes to %s', (_stage, found, route) => {
    expect(routeOf(lifecycle(found), 'customer')).toBe(route);
  });

  // R134
  it('has one id for all who ask at once in one role, and another one after each change', () => {
    const id = cancellationIdOf('order-1', 2, 'customer');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(cancellationIdOf('order-1', 2, 'customer')).toBe(id);
    const others = [
      cancellationIdOf('order-1', 3, 'customer'),
      cancellationIdOf('order-1', 2, 'seller'),
      cancellationIdOf('order-2', 2, 'customer'),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });
});

describe('the answer of the saga that places the order', () => {
  // R133
  it.each<[SignalRefusal, string]>([
    ['undoing', 'wait'],
    ['ended', 'wait'],
    ['past-pivot', 'begin'],
    ['unknown-signal', 'begin'],
    ['not-awaited', 'read-again'],
    ['too-late', 'read-again'],
    ['too-many', 'none'],
  ])('when it refuses the signal as %s: %s', (reason, next) => {
    const refused = { kind: 'refused', reason, message: '', status: 'RUNNING', at: 'X' } as const;
    const signalled = { ...refused, awaited: [], isRepeated: false };
    expect(afterSignal(signalled, 'CHECKOUT')).toBe(next);
  });

  it('after the goods of a marketplace order are sold is read from the order, and begins no other saga', () => {
    const refused = {
      kind: 'refused',
      reason: 'past-pivot',
      message: '',
      status: 'RUNNING',
    } as const;
    const signalled = { ...refused, at: 'X', awaited: [], isRepeated: false };
    expect(afterSignal(signalled, 'MARKETPLACE')).toBe('read-again');
  });

  it('when the signal is applied, or was by another person of the role, is waited for', () => {
    expect(afterSignal({ kind: 'applied', isRepeated: false }, 'CHECKOUT')).toBe('wait');
    expect(afterSignal({ kind: 'other-signal' }, 'CHECKOUT')).toBe('wait');
  });

  it.each([
    ['unknown-definition', 'NOT_ACCEPTED'],
    ['moving', 'NOT_ACCEPTED'],
    ['too-many', 'RATE_LIMITED'],
  ] as const)('when it is %s is no answer, but %s', (kind, code) => {
    expect(afterSignal({ kind }, 'CHECKOUT')).toBe('none');
    expect(unsignalled({ kind })).toMatchObject({ code });
  });
});

describe('goods that come back', () => {
  // R136
  it('are written off by the shop, and never by the customer', () => {
    expect(mayGiveBack('customer', 'WRITE_OFF')).toBe(false);
    expect(mayGiveBack('customer', 'RESTOCK')).toBe(true);
    expect(mayGiveBack('customer', undefined)).toBe(true);
    expect(mayGiveBack('seller', 'WRITE_OFF')).toBe(true);
    expect(mayGiveBack('admin', 'WRITE_OFF')).toBe(true);
  });
});
