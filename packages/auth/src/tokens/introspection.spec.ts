import { describe, expect, it } from '@jest/globals';
import { readIntrospection } from './introspection.js';

describe('the answer to introspection', () => {
  it('is read with the roles that are known here', () => {
    expect(readIntrospection({ active: false })).toEqual({ active: false });
    expect(readIntrospection({ active: true, sub: 'till' })).toEqual({ active: true });
    const roles = ['root', 'admin'];
    expect(readIntrospection({ active: true, roles })).toEqual({ active: true, roles: ['admin'] });
  });

  it.each([null, 'active', {}, { active: 'true' }, { active: true, roles: 'admin' }])(
    'is refused when it is %j',
    (value) => {
      expect(readIntrospection(value)).toBeUndefined();
    },
  );
});
