import { machineId, openCaller } from '@backstitch/auth';
import { describe, expect, it } from '@jest/globals';
import { callerOfMember } from './request-caller.js';

const BOB = openCaller('bob');
const refusal = (code: string) => expect.objectContaining({ code }) as unknown;

describe('the caller of a checkout in a batch', () => {
  it('is the one that the gateway named', () => {
    expect(callerOfMember(BOB, true)).toEqual(BOB);
  });

  it('is not known without one, in development', () => {
    expect(callerOfMember(undefined, false)).toBeUndefined();
  });

  // R59
  it('must be there in production', () => {
    expect(() => callerOfMember(undefined, true)).toThrow(refusal('TOKEN_REQUIRED'));
  });

  it.each(['', 'x', ['a', 'b']])(
    'that cannot be read is refused, also in development: %j',
    (sent) => {
      expect(() => callerOfMember(sent, false)).toThrow(refusal('SIGNATURE_INVALID'));
    },
  );

  it('must be allowed to place orders', () => {
    const id = machineId('https://id', 'm');
    const machine = { id, kind: 'machine', issuer: 'https://id', subject: 'm', roles: [] };
    const reader = { ...machine, scopes: ['orders:read'] };
    expect(() => callerOfMember(reader, false)).toThrow(refusal('ACCESS_DENIED'));
    const buyer = { ...machine, scopes: ['checkout:write'] };
    expect(callerOfMember(buyer, false)).toEqual(buyer);
  });
});
