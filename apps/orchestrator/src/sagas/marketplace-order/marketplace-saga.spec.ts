import { join } from 'node:path';
import {
  canFinish,
  everyFailure,
  expectGolden,
  failureReport,
  given,
  SCENARIO_SUBJECT_ID,
  traceReport,
} from '@backstitch/saga-engine/testing';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { TIMING } from '../../testing/timing.js';
import { marketplaceSaga } from './marketplace-saga.js';
import type { PlacedInput } from './placed-order.js';

const GOLDEN = join(import.meta.dirname, '../../testing/marketplace-saga.golden.txt');
const ORDER = { orderId: SCENARIO_SUBJECT_ID };
const DAY_MS = 86_400_000;
const PRODUCT = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const input: PlacedInput = {
  userId: 'user-123',
  caller: 'o:user-123',
  sellerId: 'u:issuer:seller-1',
  items: [{ productId: PRODUCT, quantity: 2, price: '29.99' }],
  totalAmount: '59.98',
};
const timing = {
  ...TIMING,
  sellerDecidesMs: 2 * DAY_MS,
  customerPaysMs: 1_800_000,
  sellerFulfilsMs: 14 * DAY_MS,
  graceMs: 600_000,
};
const saga = marketplaceSaga(timing);
const RESERVED_UNTIL = '2026-12-01T12:40:00.000Z';
const EXTENDED_UNTIL = '2026-12-15T12:40:00.000Z';

/** What the services answer, as far as the saga keeps it. */
const responses = {
  INVENTORY_RESERVED: { expiresAt: RESERVED_UNTIL },
  HOLD_EXTENDED: { expiresAt: EXTENDED_UNTIL },
};
const options = { input, responses };
const seller = { actor: input.sellerId };

describe('the saga of a marketplace order, broken everywhere', () => {
  let cases: ReturnType<typeof everyFailure>;
  beforeAll(() => {
    cases = everyFailure(saga, options);
  });

  it('never does what no saga may do', () => {
    expect(traceReport(cases.filter((one) => one.problems.length > 0))).toBe('');
  });

  it('reaches every step, every wait and every undo', () => {
    for (const name of [...saga.commands.keys(), ...saga.waits.keys()]) {
      expect(cases.some((one) => one.name.startsWith(name))).toBe(true);
    }
  });

  it('changes the sequence of events as recorded', () => {
    expectGolden(GOLDEN, failureReport(cases));
  });
});

describe('a marketplace order', () => {
  const accepted = () =>
    given(saga, options)
      .sends('ORDER_PLACED')
      .done()
      .waitsAt('SELLER_DECIDES')
      .signal('confirm', seller)
      .sends('INVENTORY_RESERVED', { ...ORDER, items: input.items, holdSeconds: 2_400 })
      .done()
      .sends('PAYMENT_OPENED', {
        ...ORDER,
        amount: '59.98',
        payBy: '2026-12-01T12:30:00.000Z',
        attemptsMax: 3,
      })
      .done()
      .sends('ORDER_ACCEPTED', { ...ORDER, stage: 'AWAITING_PAYMENT', ...seller })
      .done()
      .waitsAt('CUSTOMER_PAYS');
  const paid = () =>
    accepted()
      .signal('paid')
      .sends('PAYMENT_SETTLED')
      .done()
      .sends('HOLD_EXTENDED', { ...ORDER, until: '2026-12-15T12:40:00.000Z' })
      .done()
      .sends('ORDER_PAID', { ...ORDER, stage: 'PAID' })
      .done()
      .waitsAt('SELLER_STARTS');

  it('is confirmed, paid, prepared, made ready and handed over', () => {
    paid()
      .signal('prepare', seller)
      .sends('ORDER_PREPARING', { ...ORDER, stage: 'PREPARING', ...seller })
      .done()
      .waitsAt('SELLER_READIES')
      .signal('ready', seller)
      .sends('ORDER_READY')
      .done()
      .waitsAt('SELLER_HANDS_OVER')
      .signal('fulfil', { ...seller, tracking: 'T-1' })
      .sends('INVENTORY_COMMITTED')
      .done()
      .sends('ORDER_FULFILLED', { ...ORDER, stage: 'FULFILLED', ...seller, tracking: 'T-1' })
      .done()
      .isDone();
  });

  it('may be handed over without being prepared', () => {
    paid()
      .signal('fulfil', seller)
      .sends('INVENTORY_COMMITTED')
      .done()
      .sends('ORDER_FULFILLED', { ...ORDER, stage: 'FULFILLED', ...seller })
      .done()
      .isDone();
  });

  it('asks the payment when its time is over, and goes on when that was made', () => {
    accepted().timesOut().sends('PAYMENT_SETTLED').done().sends('HOLD_EXTENDED');
  });

  it('is undone when it was not paid in time: payment, goods, order', () => {
    accepted()
      .timesOut()
      .sends('PAYMENT_SETTLED')
      .rejected('PAYMENT_NOT_MADE')
      .sends('REFUND_PAYMENT')
      .done()
      .sends('RELEASE_INVENTORY')
      .done()
      .sends('CANCEL_ORDER')
      .done()
      .isUndone('PAYMENT_NOT_MADE');
  });

  it('that is paid survives an outage that is longer than the attempts of other steps', () => {
    const { scenario } = accepted().signal('paid').sends('PAYMENT_SETTLED');
    for (let n = 0; n < 8; n += 1) {
      scenario.fault('DATABASE_UNAVAILABLE');
      scenario.wakeUntilSent();
    }
    expect(scenario.sent.at(-1)).toMatchObject({ name: 'PAYMENT_SETTLED', attempt: 9 });
  });

  it('keeps the news of a payment that comes before it waits for it', () => {
    const { scenario } = given(saga, options);
    scenario.done();
    scenario.signal('confirm', seller);
    scenario.done();
    scenario.done();
    expect(scenario.signal('paid').answer).toEqual({ kind: 'kept' });
  });

  it('is cancelled by the customer until it is prepared, and by the seller until it is sold', () => {
    const { scenario } = paid().signal('prepare', seller).sends('ORDER_PREPARING').done();
    expect(scenario.signal('customer-cancel').answer).toMatchObject({ reason: 'too-late' });
    expect(scenario.signal('seller-cancel').answer).toEqual({ kind: 'applied' });
    expect(scenario.sent.at(-1)?.name).toBe('REFUND_PAYMENT');
    const { scenario: sold } = paid().signal('fulfil', seller).sends('INVENTORY_COMMITTED');
    expect(sold.signal('seller-cancel').answer).toMatchObject({ reason: 'past-pivot' });
  });

  it('is not sold when its goods are gone, and its money is given back', () => {
    paid()
      .signal('fulfil', seller)
      .sends('INVENTORY_COMMITTED')
      .rejected('RESERVATION_EXPIRED')
      .sends('REFUND_PAYMENT')
      .done()
      .sends('RELEASE_INVENTORY')
      .done()
      .sends('CANCEL_ORDER')
      .done()
      .isUndone('RESERVATION_EXPIRED');
  });

  it('waits for the seller no longer than its goods are kept, whatever the usual time', () => {
    const { scenario } = paid();
    scenario.nowMs = Date.parse('2026-12-15T12:20:00.000Z');
    scenario.signal('prepare', seller);
    scenario.done();
    expect(scenario.instance).toMatchObject({ dueAtMs: Date.parse('2026-12-15T12:30:00.000Z') });
  });
});

it('is finished by the next release from every state in which it can be stored', () => {
  const { states, problems } = canFinish(saga, saga, options);
  expect(problems).toEqual([]);
  expect(states).toBeGreaterThan(saga.commands.size);
});
