import { describe, expect, it } from '@jest/globals';
import { replacementsOf } from './person.js';

const UUID = '01930000-0000-7000-8000-000000000001';

describe('what is replaced for a person', () => {
  it('is the id of an account wherever it is, and the e-mail address', () => {
    expect(replacementsOf({ subject: UUID, email: 'ann@example.com' }, 'erased-1')).toEqual([
      { find: UUID, by: 'erased-1', where: 'word' },
      { find: 'ann@example.com', by: 'erased-1', where: 'word' },
    ]);
  });

  it('is a name of several words', () => {
    const names = ['Ann Lee', 'Ann'].map((name) => replacementsOf({ subject: UUID, name }, 'x'));
    const byId = { find: UUID, by: 'x', where: 'word' };
    expect(names).toEqual([[byId, { find: 'Ann Lee', by: 'x', where: 'word' }], [byId]]);
  });

  it('is a short userId only as a whole value: it is a word of other texts', () => {
    expect(replacementsOf({ subject: 'ann' }, 'erased-1')).toEqual([
      { find: 'ann', by: 'erased-1', where: 'whole' },
      { find: 'o:ann', by: 'o:erased-1', where: 'whole' },
    ]);
  });

  it('is the id of a caller of another issuer, and the caller of its keys', () => {
    const person = { subject: '7', caller: 'u:https://idp.example:7' };
    expect(replacementsOf(person, 'erased-1').slice(2)).toEqual([
      { find: 'u:https://idp.example:7', by: 'u:erased:erased-1', where: 'whole' },
      { find: '\tu:https://idp.example:7', by: '\tu:erased:erased-1', where: 'whole' },
    ]);
  });
});
