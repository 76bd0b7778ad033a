import { describe, expect, it } from '@jest/globals';
import { readEdgeSyncAnswer } from './edge-sync.js';

const answer = {
  nowMs: 7,
  revokedSids: ['s1'],
  subjects: [{ subject: 'ann', issuedBeforeS: 5, roles: ['customer'] }],
  kids: ['k1'],
};

describe('the answer to edge-sync', () => {
  it('is read when it is complete, also without changed subjects', () => {
    expect(readEdgeSyncAnswer(answer)).toEqual(answer);
    const { subjects: _subjects, ...without } = answer;
    expect(readEdgeSyncAnswer(without)).toEqual({ ...without, subjects: [] });
  });

  it.each([
    ['nothing', null],
    ['no time', { ...answer, nowMs: undefined }],
    ['no keys', { ...answer, kids: undefined }],
    ['no sessions', { ...answer, revokedSids: undefined }],
    ['a session that is no text', { ...answer, revokedSids: [7] }],
    ['a subject without a time', { ...answer, subjects: [{ subject: 'a' }] }],
    [
      'an unknown role',
      { ...answer, subjects: [{ subject: 'a', issuedBeforeS: 1, roles: ['root'] }] },
    ],
  ])('is refused with %s', (_name, value) => {
    expect(readEdgeSyncAnswer(value)).toBeUndefined();
  });
});
