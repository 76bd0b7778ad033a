import { type Caller, openCaller, OPEN_CALLER } from '@backstitch/auth';
import { describe, expect, it } from '@jest/globals';
import { actionsOf } from './allowed-actions.js';

const user = (subject: string, roles: Caller['roles'] = ['customer']): Caller => {
  return { id: `u:https://id:${subject}`, kind: 'user', subject, roles, scopes: [] };
};
const [ANN, BOB] = [user('ann'), user('bob', ['seller'])];
const paid = { kind: 'MARKETPLACE', stage: 'PAID', sellerId: BOB.id } as const;

describe('what a caller may do to an order', () => {
  it.each<[string, Caller | undefined, string[]]>([
    ['its buyer', ANN, ['cancel']],
    ['its seller', BOB, ['prepare', 'fulfil', 'cancel']],
    ['an admin', user('root', ['admin']), ['prepare', 'fulfil', 'cancel']],
    ['another seller', user('carl', ['seller']), []],
    ['an operator', user('op', ['operator']), []],
    ['an app without a caller', undefined, []],
  ])('of %s is as the state machine says', (_who, caller, allowed) => {
    expect(actionsOf(paid, ANN.id, caller)).toEqual(allowed);
  });

  it('of an open caller is that of a customer for an order of an open caller only', () => {
    const plain = { kind: 'CHECKOUT', stage: 'CONFIRMED', sellerId: null } as const;
    expect(actionsOf(plain, openCaller('ann').id, OPEN_CALLER)).toEqual(['cancel']);
    expect(actionsOf(plain, ANN.id, OPEN_CALLER)).toEqual([]);
  });

  it('of somebody who sells to himself has the actions of both, each once', () => {
    expect(actionsOf(paid, BOB.id, BOB)).toEqual(['prepare', 'fulfil', 'cancel']);
  });
});
