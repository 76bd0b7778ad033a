import { describe, expect, it } from '@jest/globals';
import { Fault, ORDER_STATUSES, Rejection } from '@backstitch/shared-types';
import { answerTo, type OrderChange } from './order.js';

const MINE = 'saga-1';
const CHANGES: OrderChange[] = ['create', 'confirm', 'cancel'];

function inWords(answer: ReturnType<typeof answerTo>): string {
  if (answer instanceof Rejection) return `no: ${answer.code}`;
  if (answer instanceof Fault) return `fault: ${answer.code}`;
  return answer;
}

describe('answerTo', () => {
  it.each([
    ['create', 'NONE', 'done'],
    ['create', 'PENDING', 'done'],
    ['create', 'CONFIRMED', 'done'],
    ['create', 'CANCELLED', 'no: ORDER_CANCELLED'],
    ['confirm', 'NONE', 'fault: ORDER_NOT_FOUND'],
    ['confirm', 'PENDING', 'done'],
    ['confirm', 'CONFIRMED', 'done'],
    ['confirm', 'CANCELLED', 'no: ORDER_CANCELLED'],
    ['cancel', 'NONE', 'done'],
    ['cancel', 'PENDING', 'done'],
    ['cancel', 'CONFIRMED', 'fault: ALREADY_CONFIRMED'],
    ['cancel', 'CANCELLED', 'done'],
  ] as const)('%s of an order that is %s: %s', (change, status, expected) => {
    const found = status === 'NONE' ? undefined : { status, sagaId: MINE };
    expect(inWords(answerTo(change, 'o', found, MINE))).toBe(expected);
  });

  it('refuses whatever another saga asks of an order, and no fault of it is worth retrying', () => {
    for (const change of CHANGES) {
      for (const status of ORDER_STATUSES) {
        const answer = answerTo(change, 'o', { status, sagaId: 'saga-2' }, MINE);
        expect(answer).toMatchObject({ code: 'WRONG_SAGA', retryable: false });
      }
    }
  });

  it.each([
    ['the command names no saga', MINE, undefined],
    ['the order has none', null, MINE],
  ])('goes by the order id alone when %s', (_name, sagaId, asking) => {
    for (const change of CHANGES) {
      for (const status of ORDER_STATUSES) {
        const alone = inWords(answerTo(change, 'o', { status, sagaId }, asking));
        expect(alone).toBe(inWords(answerTo(change, 'o', { status, sagaId: MINE }, MINE)));
      }
    }
  });
});
