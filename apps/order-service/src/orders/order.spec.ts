import { describe, expect, it } from '@jest/globals';
import {
  Fault,
  ORDER_STATUSES,
  type OrderStage,
  type OrderStatus,
  Rejection,
} from '@backstitch/shared-types';
import { answerTo, type FoundOrder, type OrderChange } from './order.js';
import { STATE_OF } from './order-stages.js';

const MINE = 'saga-1';
const CHANGES: OrderChange[] = ['create', 'place', 'confirm', 'cancel'];

function plain(status: OrderStatus, sagaId: string | null = MINE): FoundOrder {
  const stage = status === 'PENDING' ? 'PLACED' : status;
  return { status, stage, kind: 'CHECKOUT', sagaId, cancellationId: null };
}

function ofMarketplace(stage: OrderStage, sagaId: string | null = MINE): FoundOrder {
  const { status } = STATE_OF[stage];
  return { status, stage, kind: 'MARKETPLACE', sagaId, cancellationId: null };
}

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
    ['place', 'NONE', 'done'],
    ['place', 'PENDING', 'done'],
    ['place', 'CANCELLED', 'no: ORDER_CANCELLED'],
    ['confirm', 'NONE', 'fault: ORDER_NOT_FOUND'],
    ['confirm', 'PENDING', 'done'],
    ['confirm', 'CONFIRMED', 'done'],
    ['confirm', 'CANCELLED', 'no: ORDER_CANCELLED'],
    ['cancel', 'NONE', 'done'],
    ['cancel', 'PENDING', 'done'],
    ['cancel', 'CONFIRMED', 'fault: ALREADY_CONFIRMED'],
    ['cancel', 'CANCELLED', 'done'],
  ] as const)('%s of an order that is %s: %s', (change, status, expected) => {
    const found = status === 'NONE' ? undefined : plain(status);
    expect(inWords(answerTo(change, 'o', found, MINE))).toBe(expected);
  });

  it('refuses whatever another saga asks of an order, and no fault of it is worth retrying', () => {
    for (const change of CHANGES) {
      for (const status of ORDER_STATUSES) {
        const answer = answerTo(change, 'o', plain(status, 'saga-2'), MINE);
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
        const alone = inWords(answerTo(change, 'o', plain(status, sagaId), asking));
        expect(alone).toBe(inWords(answerTo(change, 'o', plain(status), MINE)));
      }
    }
  });

  // R115
  it('says done to a confirmation of an order that was cancelled after it', () => {
    for (const status of ['CONFIRMED', 'CANCELLED'] as const) {
      const found = { ...plain(status), stage: 'CANCELLED', cancellationId: 'saga-9' } as const;
      expect(answerTo('confirm', 'o', found, MINE)).toBe('done');
    }
  });

  it('never confirms an order of a marketplace, which its own saga advances', () => {
    const answer = answerTo('confirm', 'o', ofMarketplace('AWAITING_SELLER'), MINE);
    expect(inWords(answer)).toBe('fault: ORDER_STATE_CONFLICT');
  });

  // R118
  it.each([
    ['AWAITING_SELLER', MINE, 'done'],
    ['AWAITING_PAYMENT', MINE, 'done'],
    ['PAID', MINE, 'done'],
    ['PREPARING', MINE, 'done'],
    ['READY', MINE, 'done'],
    ['FULFILLED', MINE, 'fault: ALREADY_CONFIRMED'],
    ['CANCELLED', MINE, 'done'],
    ['PAID', undefined, 'fault: ALREADY_CONFIRMED'],
    ['PAID', 'saga-2', 'fault: WRONG_SAGA'],
  ] as const)(
    'takes a marketplace order back that is %s, asked by %s: %s',
    (stage, asking, said) => {
      expect(inWords(answerTo('cancel', 'o', ofMarketplace(stage), asking))).toBe(said);
    },
  );

  it.each(['PREPARING', 'READY', 'FULFILLED', 'CANCELLING'] as const)(
    'refuses to cancel a plain order that is %s by the undo of its checkout',
    (stage) => {
      const found = { ...plain('CONFIRMED'), stage };
      expect(inWords(answerTo('cancel', 'o', found, MINE))).toBe('fault: ALREADY_CONFIRMED');
    },
  );
});
