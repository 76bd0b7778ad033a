import type { DeadLetter } from '@backstitch/messaging';
import { describe, expect, it } from '@jest/globals';
import { readDeadLetter } from './dead-letter.reader.js';
import {
  bareDeadLetter,
  newDeadLetter,
  shortenedDeadLetter,
  SHOWN_BYTES_MAX,
} from './new-dead-letter.js';

const SAGA = '01a1fecf-a911-7675-a8d2-14d67794659b';
const ORDER = '01a1fecf-a911-7ad2-9bac-0b8258b10692';

const rowOf = (body: unknown, headers: object = {}) =>
  newDeadLetter(
    readDeadLetter({
      queue: 'payment_commands',
      body: Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      properties: { headers } as DeadLetter['properties'],
    }),
  );
const saga = (sagaId: string) => ({ sagaId, step: 'X', direction: 'undo', attempt: 2 });

describe('the row of a dead letter', () => {
  it('has what its command names, whatever the case of the ids', () => {
    const body = { pattern: 'payment.refund', data: { orderId: ORDER.toUpperCase() } };
    const headers = { 'dead-reason': 'INTERNAL', 'dead-at': '2026-11-01T00:00:00.000Z' };
    expect(rowOf({ ...body, saga: saga(SAGA.toUpperCase()) }, headers)).toMatchObject({
      queue: 'payment_commands',
      pattern: 'payment.refund',
      reason: 'INTERNAL',
      sagaId: SAGA,
      orderId: ORDER,
      step: 'X',
      direction: 'undo',
      attempt: 2,
      class: 'unclear',
      diedAt: new Date('2026-11-01T00:00:00.000Z'),
    });
  });

  it('has the saga of its headers where the body cannot be read', () => {
    expect(rowOf('no JSON', { 'dead-saga-id': SAGA.toUpperCase() }).sagaId).toBe(SAGA);
  });

  it('names no id where the message names none', () => {
    for (const row of [
      rowOf('no JSON', { 'dead-saga-id': 'x' }),
      rowOf({ pattern: 'x', data: null }),
      rowOf({ pattern: 'x', data: { orderId: 7 } }),
      rowOf({ pattern: 'x', saga: saga('no uuid') }),
    ]) {
      expect([row.sagaId, row.orderId]).toEqual([null, null]);
    }
  });

  it.each([
    ['unknown shape', 'no JSON'],
    ['unknown shape', { pattern: 'payment.fold', data: {} }],
    ['poison', { pattern: 'payment.refund', data: { orderId: 7 } }],
    ['obsolete', { pattern: 'payment.get', data: { orderId: ORDER } }],
    ['unclear', { pattern: 'payment.refund', data: { orderId: ORDER } }],
  ])('is of class %s until it is assessed, for %j', (expected, body) => {
    expect(rowOf(body).class).toBe(expected);
  });

  it('has the time of its first death, and of its last', () => {
    const headers = { 'first-dead-at': '2026-10-01T00:00:00Z', 'dead-at': '2026-11-01T00:00:00Z' };
    const { diedAt, lastDiedAt } = rowOf('x', headers);
    expect([diedAt?.toISOString(), lastDiedAt?.toISOString()]).toEqual([
      '2026-10-01T00:00:00.000Z',
      '2026-11-01T00:00:00.000Z',
    ]);
    for (const at of ['yesterday', '+275760-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', 7]) {
      expect(rowOf('x', { 'dead-at': at }).diedAt).toBeNull();
    }
  });

  it('has names that fit into an index, without what PostgreSQL cannot store', () => {
    const row = rowOf('x', { 'dead-reason': `a\0\ud800${'b'.repeat(1_000)}` });
    expect(row.reason).toBe(`a${'b'.repeat(199)}`);
  });

  it('keeps its bytes and its id when all else is left out', () => {
    const row = rowOf(Buffer.from([255, 0]), { 'dead-reason': 'X' });
    const bare = bareDeadLetter(row)!;
    expect(bare).toMatchObject({ id: row.id, bytes: row.bytes, reason: null, diedAt: null });
    expect(JSON.parse(bare.properties)).toEqual({ headers: { 'headers-dropped': true } });
    expect(bareDeadLetter(bare)).toBeUndefined();
  });

  it('keeps its id and the size of its body when the end of the body is left out', () => {
    const row = rowOf(Buffer.alloc(SHOWN_BYTES_MAX + 5, 'x'), { 'dead-reason': 'X' });
    const shortened = shortenedDeadLetter(row)!;
    expect(shortened).toMatchObject({ id: row.id, reason: 'X', byteCount: SHOWN_BYTES_MAX + 5 });
    expect(shortened.bytes.equals(Buffer.alloc(SHOWN_BYTES_MAX, 'x'))).toBe(true);
    expect(shortenedDeadLetter(shortened)).toBeUndefined();
  });

  it('keeps every byte of a body that a service could read', () => {
    expect(shortenedDeadLetter(rowOf(Buffer.alloc(1_048_576, 'x')))).toBeUndefined();
  });
});
