import { describe, expect, it } from '@jest/globals';
import { marketplaceStatus, orderListQuery } from './order-list-query.js';
import { ORDER_STAGES } from './statuses.js';

describe('the query of the list of orders', () => {
  it('asks for all orders, a hundred at a time, when it is empty', () => {
    expect(orderListQuery({})).toEqual({ limit: 100 });
  });

  it('has what is given, with times in UTC', () => {
    const given = { userId: 'me', status: 'PENDING', stage: 'PLACED', cursor: 'abc', limit: '7' };
    const times = { from: '2026-11-30T12:00:00+01:00', to: '2026-12-01T00:00:00.5Z' };
    expect(orderListQuery({ ...given, ...times })).toEqual({
      ...given,
      limit: 7,
      from: '2026-11-30T11:00:00.000Z',
      to: '2026-12-01T00:00:00.500Z',
    });
  });

  it.each([
    ['status', 'PAID'],
    ['status', ['PENDING', 'PENDING']],
    ['stage', 'constructor'],
    ['stage', ''],
    ['view', 'shop'],
    ['limit', '0'],
    ['limit', '101'],
    ['limit', '1e2'],
    ['from', '2026-02-30T00:00:00Z'],
    ['from', 'now'],
    ['to', '1969-12-31T00:00:00Z'],
    ['userId', ''],
    ['userId', 'a\u0000b'],
    ['sellerId', { x: 1 }],
    ['cursor', '***'],
  ])('is refused with %s=%j', (field, value) => {
    expect(orderListQuery({ [field]: value })).toMatchObject({ problems: [{ field }] });
  });

  it('has other names of states in the view of a marketplace', () => {
    const view = 'marketplace';
    expect(orderListQuery({ view, status: 'PAID' })).toEqual({ view, status: 'PAID', limit: 100 });
    expect(new Set(ORDER_STAGES.map(marketplaceStatus))).toEqual(
      new Set(['PENDING', 'CONFIRMED', 'PAID', 'FULFILLED', 'CANCELLED']),
    );
  });
});
