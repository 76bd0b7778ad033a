import { expect, it } from '@jest/globals';
import { commonPasswords } from './common-passwords.reader.js';

it('a password is common when it is a whole line of the list, and not a part of one or two', () => {
  const isCommon = commonPasswords();
  expect(['123456', 'password', 'qwerty'].map(isCommon)).toEqual([true, true, true]);
  expect(['', '12345678901234567890x', 'asswor', 'password\n123456'].map(isCommon)).toEqual(
    Array(4).fill(false),
  );
});
