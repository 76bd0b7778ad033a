import { describe, expect, it } from '@jest/globals';
import {
  CALLER_LENGTH_MAX,
  COUNTERS_MAX,
  EDGE_SYNC_BYTES_MAX,
  readEdgeSyncAnswer,
  readEdgeSyncRequest,
  REFUSED_MAX,
} from './edge-sync.js';

const request = {
  gateway: '0190b3a2-0000-7000-8000-000000000001',
  since: '0',
  counters: [['k1', 7, 60_000]],
};
const manyCounters = (length: number) =>
  Array.from({ length }, () => ['k'.repeat(43), 1_000_000, 60_000]);
const call = {
  caller: 'u:https://id.example:ann',
  code: 'ACCESS_DENIED',
  route: 'PATCH /api/admin/users/:id',
  requestId: '0190b3a2-0000-7000-8000-000000000002',
};
const withCall = (part: object) => ({ ...request, refused: [{ ...call, ...part }] });
const manyCalls = (length: number, caller = call.caller) =>
  Array.from({ length }, () => ({ ...call, caller }));
const answer = {
  next: '12',
  revokedSids: ['s1'],
  subjects: [{ subject: 'ann', issuedBeforeS: 5, roles: ['customer'] }],
  kids: ['k1'],
  gateways: 2,
  others: [['k1', 7]],
};

describe('a request for edge-sync', () => {
  it('is read when it is complete, also for a further page', () => {
    expect(readEdgeSyncRequest(request)).toEqual(request);
    expect(readEdgeSyncRequest({ ...request, after: 7 })).toEqual({ ...request, after: 7 });
    expect(readEdgeSyncRequest(withCall({}))).toEqual(withCall({}));
  });

  it.each([
    ['nothing', null],
    ['no gateway', { ...request, gateway: undefined }],
    ['a gateway that is no UUID', { ...request, gateway: 'g' }],
    ['no begin', { ...request, since: undefined }],
    ['a begin that is no number', { ...request, since: `1'` }],
    ['a begin beyond all numbers', { ...request, since: '9'.repeat(20) }],
    ['a page that is no number', { ...request, after: '7' }],
    ['no counters', { ...request, counters: undefined }],
    ['too many counters', { ...request, counters: manyCounters(COUNTERS_MAX + 1) }],
    ['a counter without an end', { ...request, counters: [['k', 1]] }],
    ['a counter below zero', { ...request, counters: [['k', -1, 1]] }],
    ['a counter that ends too late', { ...request, counters: [['k', 1, 1e9]] }],
    ['a counter with a long key', { ...request, counters: [['k'.repeat(65), 1, 1]] }],
    ['too many refused calls', { ...request, refused: manyCalls(REFUSED_MAX + 1) }],
    ['a refused call of nobody', withCall({ caller: '' })],
    ['a refused call of a long caller', withCall({ caller: 'u'.repeat(CALLER_LENGTH_MAX + 1) })],
    ['a control character in a caller', withCall({ caller: 'u:i:a\n' })],
    ['a refused call with another code', withCall({ code: 'TOKEN_REQUIRED' })],
    ['a refused call with an address', withCall({ route: 'GET /api/admin/users?email=a' })],
    ['a refused call without a request', withCall({ requestId: undefined })],
  ])('is refused with %s', (_name, value) => {
    expect(readEdgeSyncRequest(value)).toBeUndefined();
  });

  it('fits into its limit with as many counters and refused calls as it may have', () => {
    const counters = manyCounters(COUNTERS_MAX);
    const refused = manyCalls(REFUSED_MAX, '猫'.repeat(CALLER_LENGTH_MAX));
    const largest = { ...request, counters, refused };
    expect(readEdgeSyncRequest(largest)).toBeDefined();
    expect(Buffer.byteLength(JSON.stringify(largest))).toBeLessThan(EDGE_SYNC_BYTES_MAX);
  });
});

describe('the answer to edge-sync', () => {
  it('is read when it is complete, also when another page follows', () => {
    expect(readEdgeSyncAnswer(answer)).toEqual(answer);
    expect(readEdgeSyncAnswer({ ...answer, more: 7 })).toEqual({ ...answer, more: 7 });
  });

  it.each([
    ['nothing', null],
    ['no next begin', { ...answer, next: undefined }],
    ['a next begin that is a number', { ...answer, next: 12 }],
    ['a page that is no number', { ...answer, more: 'x' }],
    ['no keys', { ...answer, kids: undefined }],
    ['no sessions', { ...answer, revokedSids: undefined }],
    ['a session that is no text', { ...answer, revokedSids: [7] }],
    ['no subjects', { ...answer, subjects: undefined }],
    ['a subject without a time', { ...answer, subjects: [{ subject: 'a' }] }],
    ['no number of gateways', { ...answer, gateways: undefined }],
    ['no counters of others', { ...answer, others: undefined }],
    ['a counter that is no number', { ...answer, others: [['k', '7']] }],
    [
      'an unknown role',
      { ...answer, subjects: [{ subject: 'a', issuedBeforeS: 1, roles: ['root'] }] },
    ],
  ])('is refused with %s', (_name, value) => {
    expect(readEdgeSyncAnswer(value)).toBeUndefined();
  });
});
