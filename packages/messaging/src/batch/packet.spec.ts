import { describe, expect, it } from '@jest/globals';
import { encodeDone, encodeError, readPacket, readReply } from './packet.js';

const read = (value: unknown) =>
  readPacket(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

describe('readPacket', () => {
  const saga = { sagaId: 's1', step: 'ORDER_CREATED', direction: 'do', attempt: 1 };

  it('reads the packets of NestJS, with and without a saga', () => {
    const plain = { pattern: 'order.get', data: { orderId: 'o' }, id: '7' };
    expect(read(plain)).toEqual({ packet: plain });
    expect(read({ ...plain, saga })).toEqual({ packet: { ...plain, saga } });
    expect(read({ pattern: 'inventory.list' })).toEqual({ packet: { pattern: 'inventory.list' } });
  });

  it.each([
    ['not json', 'NOT_JSON'],
    ['', 'NOT_JSON'],
    ['{"pattern":"order.get"', 'NOT_JSON'],
    ['null', 'NOT_A_PACKET'],
    ['"text"', 'NOT_A_PACKET'],
    ['[]', 'NOT_A_PACKET'],
    ['[{"pattern":"order.get"}]', 'NOT_A_PACKET'],
    ['{}', 'NOT_A_PACKET'],
    ['{"pattern":""}', 'NOT_A_PACKET'],
    ['{"pattern":{"cmd":"x"}}', 'NOT_A_PACKET'],
  ])('reads %p as %s', (body, reason) => {
    expect(read(body)).toEqual({ unreadable: expect.objectContaining({ reason }) });
  });

  it.each([
    'saga-1',
    {},
    { ...saga, sagaId: '' },
    { ...saga, step: 7 },
    { ...saga, step: 'ORDER\u0000CREATED' },
    { ...saga, step: 'x'.repeat(3_000) },
    { ...saga, direction: 'sideways' },
    { ...saga, attempt: 0 },
    { ...saga, attempt: 1.5 },
    { ...saga, requestId: 1 },
  ])('refuses the saga tag %j, and keeps the id and pattern for the answer', (broken) => {
    expect(read({ pattern: 'order.get', id: 'i', saga: broken })).toEqual({
      unreadable: expect.objectContaining({
        reason: 'NOT_A_PACKET',
        id: 'i',
        pattern: 'order.get',
      }),
    });
  });
});

describe('replies', () => {
  it('encode undefined as null, because a stock client waits for a value', () => {
    expect(JSON.parse(String(encodeDone(undefined, 'i')))).toEqual({
      response: null,
      isDisposed: true,
      id: 'i',
    });
  });

  it('are decoded as they were encoded', () => {
    expect(readReply(encodeDone({ a: 1 }, 'i'))).toMatchObject({ response: { a: 1 }, id: 'i' });
    const err = { code: 'X', message: 'm', retryable: false, details: [1] };
    expect(readReply(encodeError(err, 'i'))).toMatchObject({ err, id: 'i' });
  });

  it('with an error in another format are faults, never business rejections', () => {
    const foreign = {
      err: { status: 'error', message: 'Internal server error' },
      isDisposed: true,
    };
    expect(readReply(Buffer.from(JSON.stringify(foreign)))).toMatchObject({
      err: { code: 'INTERNAL', retryable: true },
    });
    expect(readReply(Buffer.from('{"err":"no handler"}'))).toMatchObject({
      err: { message: 'no handler', retryable: true },
    });
  });

  it.each(['', 'x', '[]', '{}', 'null'])('cannot be %p', (body) => {
    expect(readReply(Buffer.from(body))).toBeUndefined();
  });
});
