import { describe, expect, it } from '@jest/globals';
import type {
  FinishedSaga,
  MovingSaga,
  OrderRow,
  PaymentRow,
  Reading,
  ReservationRow,
} from '../reading/rows.js';
import { breachesOf } from './invariants.js';

const LINES = 'mouse x2 at 29.99';
const ORDER: OrderRow = {
  orderId: 'order-1',
  sagaId: 'saga-1',
  settled: true,
  sagaMayBeGone: false,
  reservationMayBeGone: false,
  status: 'CANCELLED',
  stage: 'CANCELLED',
  kind: null,
  cancellationId: 'saga-2',
  total: '59.98',
  currency: 'USD',
  lines: LINES,
  linesTotal: '59.98',
};
const RESERVATION: ReservationRow = {
  orderId: 'order-1',
  sagaId: 'saga-1',
  settled: true,
  status: 'CONSUMED',
  lines: LINES,
  isBack: true,
  returns: 1,
};
const PAYMENT: PaymentRow = {
  orderId: 'order-1',
  sagaId: 'saga-1',
  settled: true,
  status: 'REFUNDED',
  amount: '59.98',
  currency: 'USD',
  decision: 'APPROVED',
  charged: '59.98',
  chargedCurrency: 'USD',
  refunded: '59.98',
};
const CHECKOUT: FinishedSaga = {
  sagaId: 'saga-1',
  orderId: 'order-1',
  definition: 'checkout',
  definitionVersion: 1,
  status: 'DONE',
};
const saga = (sagaId: string, status: MovingSaga['status']): MovingSaga => ({
  sagaId,
  orderId: 'order-1',
  definition: 'cancellation',
  definitionVersion: 1,
  status,
  currentStep: 'MONEY_RETURNED',
  overdueS: -60,
  unattendedS: null,
  needsAttention: false,
  lastError: null,
});

interface Rows {
  order?: Partial<OrderRow>;
  reservation?: Partial<ReservationRow> | undefined;
  payment?: Partial<PaymentRow> | undefined;
  moving?: readonly MovingSaga[];
  finished?: readonly FinishedSaga[];
}

function invariantsBroken({ order, moving = [], finished = [CHECKOUT], ...rows }: Rows): number[] {
  const has = (name: 'reservation' | 'payment') => !(name in rows) || rows[name] !== undefined;
  const reading: Reading = {
    finished,
    moving,
    answers: [],
    orders: [{ ...ORDER, ...order }],
    reservations: has('reservation') ? [{ ...RESERVATION, ...rows.reservation }] : [],
    payments: has('payment') ? [{ ...PAYMENT, ...rows.payment }] : [],
    there: new Set(finished.map(({ sagaId }) => sagaId)),
    definitions: { stepsOf: () => undefined },
  };
  return [...new Set(breachesOf(reading).map(({ invariant }) => invariant))].sort((a, b) => a - b);
}

describe('an order that was cancelled after it was confirmed', () => {
  it('is right when its money and its goods are back, though its checkout is DONE', () => {
    expect(invariantsBroken({})).toEqual([]);
  });

  it('is right without its reservation when that may be archived', () => {
    const reservation = undefined;
    expect(invariantsBroken({ order: { reservationMayBeGone: true }, reservation })).toEqual([]);
    expect(invariantsBroken({ reservation })).toEqual([11]);
  });

  const ended = (status: FinishedSaga['status'], sagaId = 'saga-2'): Rows => ({
    finished: [CHECKOUT, { ...CHECKOUT, sagaId, definition: 'cancellation', status }],
  });

  it('is right beside the cancellation that did it, and beside one that was refused', () => {
    expect(invariantsBroken(ended('DONE'))).toEqual([]);
    expect(invariantsBroken(ended('COMPENSATED', 'saga-3'))).toEqual([]);
  });

  it('is a breach when another cancellation says that it did it, or the one that did it was refused', () => {
    expect(invariantsBroken(ended('DONE', 'saga-3'))).toEqual([11]);
    expect(invariantsBroken(ended('COMPENSATED'))).toEqual([11]);
  });

  it.each<[string, Rows, number[]]>([
    ['its money is kept', { payment: { status: 'SUCCESS', refunded: null } }, [11]],
    ['its goods are not all back', { reservation: { isBack: false } }, [11]],
    ['its goods came back twice', { reservation: { returns: 2 } }, [11]],
    ['its reservation was undone', { reservation: { status: 'RELEASED' } }, [11]],
    ['no saga cancelled it', { order: { cancellationId: null } }, [2, 8]],
  ])('is a breach when %s', (_what, rows, broken) => {
    expect(invariantsBroken(rows)).toEqual(broken);
  });

  it('is a breach while it is CANCELLING and its saga is not open', () => {
    const order = { status: 'CONFIRMED', stage: 'CANCELLING' } as const;
    const payment = { status: 'SUCCESS', refunded: null } as const;
    expect(invariantsBroken({ order, payment })).toEqual([11]);
    expect(invariantsBroken({ order, payment, moving: [saga('saga-2', 'RUNNING')] })).toEqual([]);
    expect(invariantsBroken({ order, moving: [saga('saga-2', 'RUNNING')] })).toEqual([]);
  });

  it('is judged as CONFIRMED when its cancellation was refused', () => {
    const order = { status: 'CONFIRMED', stage: 'PREPARING', cancellationId: null } as const;
    const payment = { status: 'SUCCESS', refunded: null } as const;
    const reservation = { isBack: false, returns: 0 };
    const refused: FinishedSaga = {
      ...CHECKOUT,
      sagaId: 'saga-2',
      definition: 'cancellation',
      status: 'COMPENSATED',
    };
    const rows = { order, payment, reservation, finished: [CHECKOUT, refused] };
    expect(invariantsBroken(rows)).toEqual([]);
  });
});

describe('an order of a marketplace that waits', () => {
  const waits = (stage: string, more: Rows, status: MovingSaga['status'] = 'WAITING') => {
    const isPaid = !stage.startsWith('AWAITING');
    const order: Partial<OrderRow> = {
      kind: 'MARKETPLACE',
      stage,
      status: isPaid ? 'CONFIRMED' : 'PENDING',
      cancellationId: null,
    };
    return invariantsBroken({ finished: [], moving: [saga('saga-1', status)], ...more, order });
  };
  const held = { reservation: { status: 'ACTIVE', isBack: false, returns: 0 } } as const;
  const paid = { payment: { status: 'SUCCESS', refunded: null } } as const;
  const nothing = { reservation: undefined, payment: undefined };
  const unpaid = { ...held, payment: undefined };

  it.each<[string, Rows]>([
    ['AWAITING_SELLER', nothing],
    ['AWAITING_PAYMENT', unpaid],
    ['PAID', { ...held, ...paid }],
    ['PREPARING', { ...held, ...paid }],
    ['READY', { ...held, ...paid }],
  ])('has what %s has', (stage, rows) => {
    expect(waits(stage, rows)).toEqual([]);
  });

  it.each<[string, string, Rows]>([
    ['AWAITING_SELLER', 'a reservation', unpaid],
    ['AWAITING_PAYMENT', 'no reservation', nothing],
    [
      'AWAITING_PAYMENT',
      'other lines',
      { ...unpaid, reservation: { ...held.reservation, lines: 'x' } },
    ],
    ['PAID', 'no payment', unpaid],
    ['PAID', 'another amount', { ...held, payment: { ...paid.payment, amount: '1.00' } }],
    [
      'READY',
      'an expired reservation',
      { ...paid, reservation: { ...held.reservation, status: 'EXPIRED' } },
    ],
  ])('is a breach in %s with %s', (stage, _what, rows) => {
    expect(waits(stage, rows)).toContain(14);
  });

  it('is a breach when its reservation ends before its wait', () => {
    const moving = [{ ...saga('saga-1', 'WAITING'), dueAtS: 1_000 }];
    const lasting = (expiresAtS: number) => ({
      moving,
      ...unpaid,
      reservation: { ...held.reservation, expiresAtS },
    });
    expect(waits('AWAITING_PAYMENT', lasting(1_600))).toEqual([]);
    expect(waits('AWAITING_PAYMENT', lasting(900))).toContain(14);
  });

  it('is a breach when it is paid for over a minute, and its saga is not told', () => {
    const since = (unchangedS: number) => ({ ...held, payment: { ...paid.payment, unchangedS } });
    expect(waits('AWAITING_PAYMENT', since(20))).toEqual([]);
    expect(waits('AWAITING_PAYMENT', since(61))).toContain(14);
  });

  it('is not judged while its saga does something', () => {
    expect(waits('AWAITING_SELLER', unpaid, 'RUNNING')).toEqual([]);
  });
});
