import { type Caller, openCaller } from '@backstitch/auth';
import { describe, expect, it } from '@jest/globals';
import { withoutSession } from './checkout-caller.js';

const session = { sid: 's1', tokenId: 't1', authTimeS: 1_790_000_000, amr: ['pwd'] };
const ann = {
  id: 'u:https://shop.example:ann',
  kind: 'user',
  issuer: 'https://shop.example',
  subject: 'ann',
  roles: ['customer'],
  scopes: [],
} satisfies Caller;

describe('the caller of a checkout behind the gateway', () => {
  it('is the caller of the token without the session', () => {
    expect(withoutSession({ ...ann, ...session })).toEqual(ann);
    expect(withoutSession(openCaller('user-123'))).toEqual(openCaller('user-123'));
  });

  it('is one object for all requests with the same token', () => {
    const caller = { ...ann, ...session };
    expect(withoutSession(caller)).toBe(withoutSession(caller));
  });
});
