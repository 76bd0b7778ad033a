import { join } from 'node:path';
import {
  canFinish,
  everyFailure,
  expectGolden,
  failureReport,
  given,
  Scenario,
  traceReport,
} from '@backstitch/saga-engine/testing';
import { ERROR_CODES } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { TIMING } from '../../testing/timing.js';
import { OrchestratorConfig } from '../../config.js';
import { registeredSagas } from '../registry.js';
import { checkout as checkoutEntry } from './checkout.entry.js';
import { checkoutSaga } from './checkout-saga.js';

const PRODUCT = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const GOLDEN = join(import.meta.dirname, '../../testing/checkout-saga.golden.txt');
const input = {
  userId: 'user-123',
  items: [{ productId: PRODUCT, quantity: 2, price: '29.99' }],
  totalAmount: '59.98',
};
const checkout = checkoutSaga(TIMING);

describe('the checkout saga, broken everywhere', () => {
  const cases = everyFailure(checkout, { input });

  it('never does what no saga may do', () => {
    expect(traceReport(cases.filter((one) => one.problems.length > 0))).toBe('');
  });

  it('reaches every step and every undo', () => {
    for (const name of checkout.commands.keys()) {
      expect(cases.some((one) => one.name.startsWith(`${name} `))).toBe(true);
    }
  });

  it('changes the sequence of events as recorded', () => {
    expectGolden(GOLDEN, failureReport(cases));
  });
});

describe('a payment that the bank does not make', () => {
  const atThePayment = () => {
    const scenario = new Scenario(checkout, { input });
    scenario.done();
    scenario.done();
    return scenario;
  };
  const sentOf = ({ sent }: Scenario<typeof input>) => sent.map(({ name }) => name);

  it('for the moment is sent again after 1, 2, 4 and 8 s, and then undone', () => {
    const scenario = atThePayment();
    const pausesMs: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      scenario.fault('PAYMENT_SOFT_DECLINED');
      const beganMs = scenario.nowMs;
      scenario.wake();
      pausesMs.push(scenario.nowMs - beganMs);
    }
    expect(pausesMs).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(sentOf(scenario).filter((name) => name === 'PAYMENT_PROCESSED')).toHaveLength(5);
    scenario.fault('PAYMENT_SOFT_DECLINED');
    expect(sentOf(scenario).at(-1)).toBe('REFUND_PAYMENT');
    const failed = scenario.witness.log.find(({ status }) => status === 'FAILED');
    expect(failed?.data).toMatchObject({
      attempts: 5,
      code: 'PAYMENT_SOFT_DECLINED',
      lastError: { pausesMs },
    });
  });

  it('for the moment, and then makes, completes the step with the pauses in its log row', () => {
    const scenario = atThePayment();
    scenario.fault('PAYMENT_SOFT_DECLINED');
    scenario.wake();
    scenario.fault('PROVIDER_UNAVAILABLE');
    scenario.wake();
    scenario.done();
    const row = scenario.witness.log.findLast(({ step }) => step === 'PAYMENT_PROCESSED');
    expect(row).toMatchObject({ status: 'COMPLETED', data: { lastError: { pausesMs: [1_000] } } });
  });

  it('because it is declined is never sent again', () => {
    const scenario = atThePayment();
    scenario.rejected('PAYMENT_DECLINED');
    scenario.wakeUntilSent();
    expect(sentOf(scenario).filter((name) => name === 'PAYMENT_PROCESSED')).toHaveLength(1);
    expect(sentOf(scenario).at(-1)).toBe('RELEASE_INVENTORY');
  });
});

describe('an upgrade of the orchestrator', () => {
  const { definitions } = checkoutEntry(new OrchestratorConfig());

  it.each(definitions.map((definition) => [definition.version, definition] as const))(
    'finishes the checkouts of version %s from every state in which they can be stored',
    (_version, definition) => {
      const { states, problems } = canFinish(definition, definition, { input });
      expect(problems).toEqual([]);
      expect(states).toBeGreaterThan(definition.commands.size);
    },
  );
});

describe('the commands of the checkout saga', () => {
  it('carry what their services need', () => {
    const context = { sagaId: 'saga-1', subjectId: 'order-1', input, kept: {} };
    const told = [...checkout.commands.values()].map((command) => [
      command.name,
      command.queue,
      command.pattern,
      command.data(context),
    ]);
    const orderOnly = { orderId: 'order-1' };
    expect(told).toEqual([
      ['ORDER_CREATED', 'order_commands', 'order.create', { ...orderOnly, ...input }],
      ['CANCEL_ORDER', 'order_commands', 'order.cancel', orderOnly],
      [
        'INVENTORY_RESERVED',
        'inventory_commands',
        'inventory.reserve',
        { ...orderOnly, items: input.items, holdSeconds: 150 },
      ],
      ['RELEASE_INVENTORY', 'inventory_commands', 'inventory.release', orderOnly],
      [
        'PAYMENT_PROCESSED',
        'payment_commands',
        'payment.process',
        { ...orderOnly, amount: '59.98' },
      ],
      ['REFUND_PAYMENT', 'payment_commands', 'payment.refund', orderOnly],
      ['INVENTORY_COMMITTED', 'inventory_commands', 'inventory.commit', orderOnly],
      ['ORDER_CONFIRMED', 'order_commands', 'order.confirm', orderOnly],
    ]);
  });

  it('name the version of the cart to the order service only, and of no cart nothing', () => {
    const ofCart = {
      sagaId: 'saga-1',
      subjectId: 'order-1',
      input: { ...input, cartVersion: 7 },
      kept: {},
    };
    const told = [...checkout.commands.values()].map((command) => command.data(ofCart));
    expect(told[0]).toEqual({ orderId: 'order-1', ...input, cartVersion: 7 });
    expect(told[1]).toEqual({ orderId: 'order-1', cartVersion: 7 });
    expect(JSON.stringify(told.slice(2))).not.toContain('cartVersion');
  });

  it('ask for a reservation that outlives the saga', () => {
    const reserve = checkoutSaga({ ...TIMING, sagaDeadlineMs: 300_000 }).commands.get(
      'INVENTORY_RESERVED',
    );
    const context = { sagaId: 'saga-1', subjectId: 'order-1', input, kept: {} };
    expect(reserve?.data(context)).toMatchObject({ holdSeconds: 330 });
  });
});

/** Rejections of commands that a person asked for by itself, outside the steps of a saga. */
const TO_PEOPLE = ['ORDER_NOT_CANCELLABLE', 'ORDER_STATE_CONFLICT'];

describe('a business rejection', () => {
  it('is declared by some step for every one that the vocabulary knows', () => {
    const definitions = registeredSagas(new OrchestratorConfig()).flatMap((one) => one.definitions);
    const steps = definitions.flatMap((definition) => definition.steps);
    const declared = new Set([...steps.flatMap((step) => [...step.rejections]), ...TO_PEOPLE]);
    const known = Object.entries(ERROR_CODES)
      .filter(([, code]) => 'businessRejection' in code)
      .map(([code]) => code);
    expect([...declared].sort()).toEqual(known.sort());
  });

  it('of the commit, after payment, refunds, releases and cancels in this order', () => {
    given(checkout, { input })
      .sends('ORDER_CREATED')
      .done()
      .sends('INVENTORY_RESERVED')
      .done()
      .sends('PAYMENT_PROCESSED')
      .done()
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
});
