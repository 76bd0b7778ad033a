import { encodeCaller, openCaller } from '@backstitch/auth';
import { describe, expect, it } from '@jest/globals';
import { callerIn, knownCaller } from './request-caller.js';

const BOB = openCaller('bob');
const header = { 'x-backstitch-caller': encodeCaller(BOB) };

describe('the caller of a request', () => {
  it('is the one that the gateway named', () => {
    expect(callerIn(header, true)).toEqual(BOB);
    expect(knownCaller(BOB, true)).toEqual(BOB);
  });

  it('is not known without one, in development', () => {
    expect(callerIn({}, false)).toBeUndefined();
    expect(knownCaller(undefined, false)).toBeUndefined();
  });

  // R59
  it('must be there in production', () => {
    const refusal = expect.objectContaining({ code: 'TOKEN_REQUIRED' }) as unknown;
    expect(() => callerIn({}, true)).toThrow(refusal);
    expect(() => knownCaller(undefined, true)).toThrow(refusal);
  });

  it.each(['', 'x', ['a', 'b']])(
    'that cannot be read is refused, also in development: %j',
    (sent) => {
      const refusal = expect.objectContaining({ code: 'SIGNATURE_INVALID' }) as unknown;
      expect(() => callerIn({ 'x-backstitch-caller': sent }, false)).toThrow(refusal);
      expect(() => knownCaller(sent, false)).toThrow(refusal);
    },
  );
});
