import { describe, expect, it } from '@jest/globals';
import { storedEmail } from './email.js';

describe('an e-mail address', () => {
  it('is stored in lower case', () => {
    expect(storedEmail('Ann.Smith+x@Shop.Example')).toBe('ann.smith+x@shop.example');
  });

  it.each([
    '',
    'a',
    'a@b',
    ' a@b.c',
    'a@b.c ',
    'a@b.c\r\nBcc: d@e.f',
    'a b@c.d',
    '<a@b.c>',
    'a@b.c,d@e.f',
    'ä@b.c',
    'a@b..c',
    `${'a'.repeat(65)}@b.c`,
    `a@${'b.'.repeat(130)}c`,
  ])('is not %j', (text) => {
    expect(storedEmail(text)).toBeUndefined();
  });
});
