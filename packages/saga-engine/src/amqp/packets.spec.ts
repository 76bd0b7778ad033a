import { describe, expect, it } from '@jest/globals';
import type { OutgoingCommand } from '../runtime/ports.js';
import { correlationOf, packetOf, replyOf } from './packets.js';

const COMMAND: OutgoingCommand = {
  id: 'saga-1:HOTEL:do',
  sagaId: 'saga-1',
  definition: 'trip',
  definitionVersion: 1,
  subjectId: 'trip-1',
  step: 'HOTEL',
  direction: 'do',
  attempt: 2,
  requestId: undefined,
  queue: 'hotels',
  pattern: 'book',
  data: { nights: 3 },
  replyTimeoutMs: 2_000,
};
const ABOUT = { sagaId: 'saga-1', step: 'HOTEL', direction: 'do', attempt: 2 };

const read = (packet: unknown, correlationId: unknown = correlationOf(COMMAND)) =>
  replyOf(correlationId, Buffer.from(JSON.stringify(packet)));

describe('packets of commands and replies', () => {
  it('a command travels as a NestJS packet whose id is the command id with its attempt', () => {
    expect(packetOf(COMMAND)).toEqual({
      pattern: 'book',
      data: { nights: 3 },
      id: 'saga-1:HOTEL:do:2',
      saga: { ...ABOUT, subjectId: 'trip-1', requestId: undefined },
    });
  });

  it.each([
    ['a response', { response: { a: 1 } }, { kind: 'done', response: { a: 1 } }],
    ['an answer without a value', { isDisposed: true }, { kind: 'done', response: undefined }],
    [
      'an error that says not to retry',
      { err: { code: 'FULL', message: 'no room', retryable: false, details: { left: 0 } } },
      { kind: 'rejected', code: 'FULL', message: 'no room', details: { left: 0 } },
    ],
    [
      'an error that says nothing of retrying',
      { err: { code: 'BUSY', message: 'later' } },
      { kind: 'fault', code: 'BUSY', message: 'later', retryable: true },
    ],
    [
      'an exception that NestJS did not know',
      { err: { status: 'error', message: 'Internal server error' }, isDisposed: true },
      { kind: 'fault', code: 'FAULT', message: 'Internal server error', retryable: true },
    ],
    [
      'an error that is a text',
      { err: 'broken' },
      { kind: 'fault', code: 'FAULT', message: 'broken', retryable: true },
    ],
  ])('%s is read as what it means', (_what, packet, outcome) => {
    expect(read(packet)).toEqual({ ...ABOUT, outcome });
  });

  it.each([
    ['has no correlation id', replyOf(undefined, Buffer.from('{}'))],
    ['has the correlation id of another client', read({ response: {} }, 'request.17')],
    ['is a list', read([])],
    ['is no JSON', replyOf(correlationOf(COMMAND), Buffer.from('{'))],
  ])('a reply is not read when it %s', (_why, reply) => {
    expect(reply).toBeUndefined();
  });
});
