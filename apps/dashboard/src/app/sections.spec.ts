import { describe, expect, it } from '@jest/globals';
import { type Role, sectionsFor } from './sections.js';

describe('the navigation', () => {
  it.each([
    [[], ['Shop']],
    [['customer'], ['Shop', 'Orders']],
    [
      ['customer', 'seller'],
      ['Shop', 'Orders', 'Sell'],
    ],
    [['operator'], ['Shop', 'Operations']],
    [['viewer'], ['Shop', 'Operations']],
    [['admin'], ['Shop']],
  ] as [Role[], string[]][])('of an account that is %j has %j', (roles, names) => {
    expect(sectionsFor(roles).map(({ name }) => name)).toEqual(names);
  });
});
