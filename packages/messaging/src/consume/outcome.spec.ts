import { describe, expect, it } from '@jest/globals';
import { Fault, Rejection } from '@backstitch/shared-types';
import { MalformedCommand } from '../connection/errors.js';
import { encodeReply, outcomeOfError, outcomeOfValue } from './outcome.js';

const replyTo = (outcome: Parameters<typeof encodeReply>[0]) =>
  JSON.parse(String(encodeReply(outcome, 'i').body));

describe('the answer', () => {
  it('is done for a value', () => {
    expect(replyTo(outcomeOfValue({ a: 1 }))).toEqual({
      response: { a: 1 },
      isDisposed: true,
      id: 'i',
    });
  });

  it('is a business rejection, not retryable, for a Rejection', () => {
    const no = new Rejection('INSUFFICIENT_STOCK', 'only 2 left', [{ available: 2 }]);
    expect(replyTo(outcomeOfValue(no)).err).toEqual({
      code: 'INSUFFICIENT_STOCK',
      message: 'only 2 left',
      retryable: false,
      details: [{ available: 2 }],
    });
  });

  it('has the code and retryable of a thrown Fault', () => {
    const fault = new Fault('DATABASE_UNAVAILABLE', 'away', true);
    expect(replyTo(outcomeOfError(fault)).err).toEqual({
      code: 'DATABASE_UNAVAILABLE',
      message: 'away',
      retryable: true,
    });
  });

  it('is an internal fault without details for any other thrown error', () => {
    const outcome = outcomeOfError(new TypeError('password is hunter2'));
    expect(outcome).toMatchObject({ kind: 'fault', bug: expect.any(TypeError) });
    expect(replyTo(outcome).err).toMatchObject({ code: 'INTERNAL', retryable: true });
    expect(JSON.stringify(replyTo(outcome))).not.toContain('hunter2');
  });

  it('is MALFORMED_COMMAND for malformed data', () => {
    const outcome = outcomeOfError(new MalformedCommand('no', [{ field: 'a', message: 'no' }]));
    expect(outcome).toMatchObject({ kind: 'unreadable', unreadable: { reason: 'INVALID_DATA' } });
    expect(replyTo(outcome).err).toMatchObject({ code: 'MALFORMED_COMMAND', retryable: false });
  });

  it('is an internal fault, reported as a bug, for a value that JSON cannot represent', () => {
    const { body, bug } = encodeReply(outcomeOfValue({ amount: 1n }), 'i');
    expect(JSON.parse(String(body)).err).toMatchObject({ code: 'INTERNAL' });
    expect(bug).toBeInstanceOf(TypeError);
  });
});
