import { describe, expect, it } from '@jest/globals';
import { readEdgeSyncAnswer } from './edge-sync.js';

const answer = {
  cursor: '7',
  keysChanged: false,
  revoked: { sids: ['s1'], subjects: [{ subject: 'ann', issuedBeforeS: 5, roles: ['customer'] }] },
};

describe('the answer to edge-sync', () => {
  it('is read when it is complete', () => {
    expect(readEdgeSyncAnswer(answer)).toEqual(answer);
  });

  it.each([
    ['nothing', null],
    ['no cursor', { ...answer, cursor: undefined }],
    ['no word on keys', { ...answer, keysChanged: undefined }],
    ['no revocations', { ...answer, revoked: undefined }],
    ['a session that is no text', { ...answer, revoked: { ...answer.revoked, sids: [7] } }],
    [
      'a subject without a time',
      { ...answer, revoked: { sids: [], subjects: [{ subject: 'a' }] } },
    ],
    [
      'an unknown role',
      {
        ...answer,
        revoked: { sids: [], subjects: [{ subject: 'a', issuedBeforeS: 1, roles: ['root'] }] },
      },
    ],
  ])('is refused with %s', (_name, value) => {
    expect(readEdgeSyncAnswer(value)).toBeUndefined();
  });
});
