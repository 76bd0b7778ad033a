import { describe, expect, it } from '@jest/globals';
import { guestCaller } from '../caller.js';
import { encodeCaller } from './caller-header.js';
import { internalKeys } from './internal-keys.js';
import { type SignedRequest, signatureRefusal, signRequest } from './signature.js';

const NOW_S = 1_790_000_000;
const [NEW, OLD, FOREIGN] = [1, 2, 3].map((n) => Buffer.alloc(32, n).toString('base64url'));
const keys = internalKeys(`new:${NEW},old:${OLD}`);
const request: SignedRequest = {
  method: 'POST',
  path: '/checkout?wait=1',
  body: '{"userId":"ann"}',
  caller: encodeCaller(guestCaller('0190b3a2-0000-7000-8000-000000000001')),
  headers: { 'x-saga-id': 'a', 'idempotency-key': '"k"' },
};
const signature = signRequest(keys, request, NOW_S);

describe('the signature between apps', () => {
  it('accepts a request that the first key signed', () => {
    expect(signature).toMatch(/^kid=new,t=1790000000,mac=[A-Za-z0-9_-]{43}$/);
    expect(signatureRefusal(keys, request, signature, NOW_S)).toBeUndefined();
  });

  it('accepts a request that a later key of the list signed', () => {
    const before = signRequest(internalKeys(`old:${OLD}`), request, NOW_S);
    expect(signatureRefusal(keys, request, before, NOW_S)).toBeUndefined();
  });

  it('is the same for a body as text and as bytes', () => {
    const bytes = { ...request, body: Buffer.from(request.body) };
    expect(signatureRefusal(keys, bytes, signature, NOW_S)).toBeUndefined();
  });

  it.each<[string, Partial<SignedRequest>]>([
    ['a changed byte of the body', { body: '{"userId":"anm"}' }],
    ['no body', { body: '' }],
    ['another path', { path: '/checkout' }],
    ['another query', { path: '/checkout?wait=2' }],
    ['another method', { method: 'PUT' }],
    ['another caller', { caller: encodeCaller(guestCaller('b')) }],
    ['no caller', { caller: undefined }],
    ['another saga id', { headers: { 'x-saga-id': 'b', 'idempotency-key': '"k"' } }],
    ['another key', { headers: { 'x-saga-id': 'a', 'idempotency-key': '"l"' } }],
    ["headers in each other's place", { headers: { 'x-saga-id': '"k"', 'idempotency-key': 'a' } }],
    ['without its headers', { headers: {} }],
  ])('is refused for %s', (_name, change) => {
    const changed = { ...request, ...change };
    expect(signatureRefusal(keys, changed, signature, NOW_S)).toBe('mismatch');
  });

  it('is accepted for 60 seconds before and after its time, and refused 61 seconds away', () => {
    const refusals = [-61, -60, 60, 61].map((awayS) =>
      signatureRefusal(keys, request, signature, NOW_S + awayS),
    );
    expect(refusals).toEqual(['stale', undefined, undefined, 'stale']);
  });

  it('covers its time', () => {
    const later = signature.replace('t=1790000000', 't=1790000030');
    expect(signatureRefusal(keys, request, later, NOW_S)).toBe('mismatch');
  });

  it('is refused with an unknown kid', () => {
    const foreign = signRequest(internalKeys(`other:${FOREIGN}`), request, NOW_S);
    expect(signatureRefusal(keys, request, foreign, NOW_S)).toBe('unknown-key');
  });

  it('is refused when another key has a known kid', () => {
    const foreign = signRequest(internalKeys(`new:${FOREIGN}`), request, NOW_S);
    expect(signatureRefusal(keys, request, foreign, NOW_S)).toBe('mismatch');
  });

  it('is refused when the kid is replaced by another known kid, even with the same key', () => {
    const twice = internalKeys(`new:${NEW},old:${NEW}`);
    const renamed = signature.replace('kid=new', 'kid=old');
    expect(signatureRefusal(twice, request, renamed, NOW_S)).toBe('mismatch');
  });

  it('is missing when there is no header', () => {
    expect(signatureRefusal(keys, request, undefined, NOW_S)).toBe('missing');
  });

  it.each(['', 'x', `${signature}=`, `${signature}, ${signature}`, 'kid=new,t=1,mac='])(
    'is malformed as %p',
    (text) => {
      expect(signatureRefusal(keys, request, text, NOW_S)).toBe('malformed');
    },
  );
});
