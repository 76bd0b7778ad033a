import type { OutgoingCommand } from '@backstitch/saga-engine';
import { describe, expect, it } from '@jest/globals';
import { correlationOf, packetOf, replyOf } from './reply.js';

const SAGA = '01930000-0000-7000-8000-000000000001';
const command: OutgoingCommand = {
  id: `${SAGA}:PAYMENT_PROCESSED:undo`,
  sagaId: SAGA,
  subjectId: 'order-1',
  definition: 'checkout',
  definitionVersion: 2,
  step: 'PAYMENT_PROCESSED',
  direction: 'undo',
  attempt: 12,
  requestId: 'request-1',
  queue: 'payment_commands',
  pattern: 'payment.refund',
  data: { orderId: 'order-1' },
  replyTimeoutMs: 2_000,
};
const about = { sagaId: SAGA, step: 'PAYMENT_PROCESSED', direction: 'undo', attempt: 12 };
const named = { ...about, definition: 'checkout', definitionVersion: 2 };

describe('a command on its way and back', () => {
  it('carries its saga beside its data', () => {
    expect(packetOf(command)).toEqual({
      pattern: 'payment.refund',
      data: { orderId: 'order-1' },
      saga: { ...about, requestId: 'request-1' },
    });
  });

  //  the reply                                                                 what the engine is told
  it.each([
    [{ response: { a: 1 } }, { kind: 'done', response: { a: 1 } }],
    [
      { err: { code: 'PAYMENT_DECLINED', message: 'no', retryable: false, details: [1] } },
      { kind: 'rejected', code: 'PAYMENT_DECLINED', message: 'no', details: [1] },
    ],
    [
      { err: { code: 'DATABASE_UNAVAILABLE', message: 'away', retryable: true } },
      { kind: 'fault', code: 'DATABASE_UNAVAILABLE', message: 'away', retryable: true },
    ],
  ])('%j finds its attempt again', (reply, outcome) => {
    const packet = { ...reply, isDisposed: true as const };
    expect(replyOf(correlationOf(command), packet)).toEqual({ ...named, outcome });
  });

  it.each([
    '',
    'request.7',
    `${SAGA}:PAYMENT_PROCESSED:undo`,
    `${SAGA}:X:redo:1:checkout@1`,
    `${SAGA}:X:do:1`,
  ])('with the correlation id %p is none of ours', (correlationId) => {
    expect(replyOf(correlationId, { response: 1, isDisposed: true })).toBeUndefined();
  });
});
