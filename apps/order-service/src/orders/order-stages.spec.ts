import { describe, expect, it } from '@jest/globals';
import {
  ACTOR_ROLES,
  ORDER_KINDS,
  ORDER_STAGES,
  ORDER_STATUSES,
  type OrderStage,
} from '@backstitch/shared-types';
import {
  allowedActions,
  FIRST_STAGE,
  mayFollow,
  STATE_OF,
  stageOf,
  TRANSITIONS,
} from './order-stages.js';

describe('the stages of an order', () => {
  it.each(ORDER_KINDS)('can all be left, except those of the end, and be reached: %s', (kind) => {
    const seen = new Set<OrderStage>([FIRST_STAGE[kind]]);
    for (const from of seen) {
      const next = ORDER_STAGES.filter((to) => mayFollow(kind, from, to));
      for (const to of next) seen.add(to);
      expect([from, next.length > 0]).toEqual([from, from !== 'FULFILLED' && from !== 'CANCELLED']);
    }
    const others = ORDER_STAGES.filter((stage) => !seen.has(stage));
    const none = TRANSITIONS.filter(({ kind: of, from }) => of === kind && others.includes(from));
    expect(none).toEqual([]);
  });

  it('follow a status that an earlier release wrote', () => {
    expect(stageOf({ status: 'CONFIRMED', stage: 'PLACED' })).toBe('CONFIRMED');
    expect(stageOf({ status: 'CANCELLED', stage: 'AWAITING_PAYMENT' })).toBe('CANCELLED');
    for (const status of ORDER_STATUSES) {
      expect(STATE_OF[stageOf({ status, stage: null })].status).toBe(status);
    }
    for (const stage of ORDER_STAGES) {
      expect(stageOf({ status: STATE_OF[stage].status, stage })).toBe(stage);
    }
  });

  it('allow a customer to cancel until the order is prepared, and the shop until it is given', () => {
    const mayCancel = (role: (typeof ACTOR_ROLES)[number]) =>
      ORDER_KINDS.flatMap((kind) =>
        ORDER_STAGES.filter((stage) => allowedActions(kind, stage, role).includes('cancel')),
      );
    expect(mayCancel('customer')).toEqual([
      'PLACED',
      'CONFIRMED',
      'AWAITING_SELLER',
      'AWAITING_PAYMENT',
      'PAID',
    ]);
    const plain = ['PLACED', 'CONFIRMED', 'PREPARING', 'READY'];
    const shop = [...plain, 'AWAITING_SELLER', 'AWAITING_PAYMENT', 'PAID', 'PREPARING', 'READY'];
    expect(mayCancel('seller')).toEqual(shop);
    expect(mayCancel('admin')).toEqual(shop);
  });

  it.each([
    ['MARKETPLACE', 'AWAITING_SELLER', 'seller', ['confirm', 'reject', 'cancel']],
    ['MARKETPLACE', 'AWAITING_PAYMENT', 'customer', ['pay', 'cancel']],
    ['MARKETPLACE', 'PAID', 'seller', ['prepare', 'fulfil', 'cancel']],
    ['MARKETPLACE', 'PREPARING', 'customer', []],
    ['CHECKOUT', 'CONFIRMED', 'admin', ['prepare', 'fulfil', 'cancel']],
    ['CHECKOUT', 'FULFILLED', 'seller', []],
    ['CHECKOUT', 'CANCELLING', 'admin', []],
  ] as const)('of a %s order that is %s let the %s do %j', (kind, stage, role, allowed) => {
    expect(allowedActions(kind, stage, role)).toEqual(allowed);
  });
});
