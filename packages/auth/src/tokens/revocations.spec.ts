import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../caller.js';
import { Revocations } from './revocations.js';

const ann: Caller = {
  id: 'u:https://shop.example:ann',
  kind: 'user',
  subject: 'ann',
  roles: ['customer', 'operator'],
  scopes: [],
  sid: 's1',
};
const MINUTE_MS = 60_000;

describe('revocations', () => {
  it('leave a caller that they do not name as it is', () => {
    const revocations = new Revocations();
    expect(revocations.apply(ann, 100)).toBe(ann);
    revocations.add({ sids: ['s2'], subjects: [{ subject: 'bob', issuedBeforeS: 500 }] }, 0);
    expect(revocations.apply(ann, 100)).toBe(ann);
  });

  it('end a session', () => {
    const revocations = new Revocations();
    revocations.add({ sids: ['s1'], subjects: [] }, 0);
    expect(revocations.apply(ann, 100)).toBeUndefined();
  });

  it('end or change the tokens of a subject that were issued before', () => {
    const revocations = new Revocations();
    revocations.add({ sids: [], subjects: [{ subject: 'ann', issuedBeforeS: 500 }] }, 0);
    expect(revocations.apply(ann, 499)).toBeUndefined();
    expect(revocations.apply(ann, 500)).toBe(ann);
    const roles = ['customer'] as const;
    revocations.add({ sids: [], subjects: [{ subject: 'ann', issuedBeforeS: 600, roles }] }, 0);
    expect(revocations.apply(ann, 599)).toEqual({ ...ann, roles });
  });

  it('never give a subject a role that its token does not have', () => {
    const revocations = new Revocations();
    const roles = ['customer', 'admin'] as const;
    revocations.add({ sids: [], subjects: [{ subject: 'ann', issuedBeforeS: 600, roles }] }, 0);
    expect(revocations.apply(ann, 599)?.roles).toEqual(['customer']);
  });

  it('are kept for as long as a token lives, and no longer', () => {
    const revocations = new Revocations();
    revocations.add({ sids: ['s1'], subjects: [] }, 0);
    revocations.add({ sids: ['s2'], subjects: [] }, 11 * MINUTE_MS);
    expect(revocations.apply(ann, 100)).toBeUndefined();
    revocations.add({ sids: ['s3'], subjects: [] }, 12 * MINUTE_MS);
    expect(revocations.size).toBe(2);
    expect(revocations.apply(ann, 100)).toBe(ann);
  });

  it('that are named again are kept from then on', () => {
    const revocations = new Revocations();
    revocations.add({ sids: ['s1', 's2'], subjects: [] }, 0);
    revocations.add({ sids: ['s1'], subjects: [] }, 11 * MINUTE_MS);
    revocations.add({ sids: [], subjects: [] }, 12 * MINUTE_MS);
    expect(revocations.size).toBe(1);
    expect(revocations.apply(ann, 100)).toBeUndefined();
  });
});
