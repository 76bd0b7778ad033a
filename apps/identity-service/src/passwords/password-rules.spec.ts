import { describe, expect, it } from '@jest/globals';
import { passwordRefusal } from './password-rules.js';

const owner = { email: 'annabel.smith@shop.example', name: 'Annabel Smith' };
const isCommon = (password: string) => ['qwertyuiop12345', 'password'].includes(password);
const refusalOf = (password: string) => passwordRefusal(password, owner, isCommon);

describe('a new password', () => {
  it.each([
    ['has 14 characters', 'x'.repeat(7) + 'qvzkwpj', /at least 15/],
    ['has 129 characters', 'abcdefghijk'.repeat(12).slice(0, 129), /at most 128/],
    ['is common', 'QwertyUiop12345', /common/],
    ['repeats a common one', 'passwordpassword', /common/],
    ['repeats one character', 'a'.repeat(20), /repeat/],
    ['is the e-mail address', 'annabel.smith@shop.example', /e-mail/],
    ['is the e-mail address and a few digits', 'Annabel.Smith@shop.example99', /e-mail/],
    ['is the name twice', 'annabel smithannabel smith', /name/],
    ['is the name of the product', 'backstitchbackstitch', /backstitch/],
  ])('is refused when it %s', (_what, password, why) => {
    expect(refusalOf(password)).toMatch(why);
  });

  it.each([
    ['15 characters', 'correct horse b'],
    ['128 characters', 'abcdefghijk'.repeat(12).slice(0, 128)],
    ['blanks and emoji', '🐴 🔋 📎 🐴🦑 🧵🪡 🐳 🐙'],
    ['the name in a long sentence', 'annabel likes thirteen green umbrellas'],
  ])('is accepted with %s', (_what, password) => {
    expect(refusalOf(password)).toBeUndefined();
  });

  it('counts an emoji as one character', () => {
    expect(refusalOf('🐴🔋📎🐙🦑🧵🪡🐳🐴🔋📎🐙🦑🧵')).toMatch(/at least 15/);
  });
});
