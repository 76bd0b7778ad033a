import { describe, expect, it } from '@jest/globals';
import { type Caller, decodeCaller, encodeCaller, openCaller, readCaller } from './caller.js';

const ANA: Caller = {
  id: 'u:https://id.example:名前',
  kind: 'user',
  subject: '名前',
  roles: ['customer'],
  scopes: ['checkout:write'],
};

describe('a caller in a header', () => {
  it.each([ANA, openCaller('user-123'), openCaller('')])('is read as it was written: %j', (one) => {
    expect(decodeCaller(encodeCaller(one))).toEqual(one);
    expect(encodeCaller(one)).toMatch(/^[\w-]+$/);
  });

  it.each(['', 'text', '{}', Buffer.from('{').toString('base64url')])(
    'that cannot be read is none: %j',
    (header) => {
      expect(decodeCaller(header)).toBeUndefined();
    },
  );
});

describe('a caller that came in a request', () => {
  it('may have members that this release does not know', () => {
    expect(readCaller({ ...ANA, sid: '7' })).toEqual({ ...ANA, sid: '7' });
  });

  it.each<[string, unknown]>([
    ['no object', 'u:https://id.example:7'],
    ['null', null],
    ['no id', { ...ANA, id: undefined }],
    ['an unknown kind', { ...ANA, kind: 'root' }],
    ['a kind that every object has as a member', { ...ANA, kind: 'constructor' }],
    ['an id of another kind', { ...ANA, id: 'o:7' }],
    ['an id of another subject', { ...ANA, id: 'u:https://id.example:8' }],
    ['a control character in the id', { ...ANA, id: 'u:\t名前' }],
    ['half a surrogate pair in the id', { ...ANA, id: 'u:\ud800名前' }],
    ['an id too long for an index', { ...ANA, id: `u:${'名'.repeat(400)}名前` }],
    ['roles that are no list', { ...ANA, roles: 'operator' }],
    ['a scope that is no text', { ...ANA, scopes: [7] }],
    ['no roles', { ...ANA, roles: undefined }],
  ])('is refused with %s', (_what, value) => {
    expect(readCaller(value)).toBeUndefined();
  });
});
