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
import { describe, expect, it } from '@jest/globals';
import { OrchestratorConfig } from '../../config.js';
import { TIMING } from '../../testing/timing.js';
import { cancellation as cancellationEntry } from './cancellation.entry.js';
import { cancellationSaga } from './cancellation-saga.js';
import type { CancellationInput } from './cancellation.js';

const GOLDEN = join(import.meta.dirname, '../../testing/cancellation-saga.golden.txt');
const PRODUCT = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const input: CancellationInput = {
  caller: 'o:ana',
  actor: 'u:https://id:sam',
  actorRole: 'seller',
  reason: 'sold out',
  disposition: 'WRITE_OFF',
  lines: [{ productId: PRODUCT, quantity: 2 }],
};
const cancellation = cancellationSaga(TIMING);

describe('the cancellation saga, broken everywhere', () => {
  const cases = everyFailure(cancellation, { input });

  it('never does what no saga may do', () => {
    expect(traceReport(cases.filter((one) => one.problems.length > 0))).toBe('');
  });

  it('changes the sequence of events as recorded', () => {
    expectGolden(GOLDEN, failureReport(cases));
  });

  // R130
  it('ends refused only by a refusal of its first step, and is else done', () => {
    const refusals = /^CANCELLATION_ACCEPTED says (ORDER_NOT_CANCELLABLE|ORDER_CANCELLED)$/;
    for (const { name, end } of cases) {
      expect([name, end]).toEqual([name, refusals.test(name) ? 'undone' : 'done']);
    }
  });
});

describe('an upgrade of the orchestrator', () => {
  const { definitions } = cancellationEntry(new OrchestratorConfig());

  it.each(definitions.map((definition) => [definition.version, definition] as const))(
    'finishes the cancellations of version %s from every state in which they can be stored',
    (_version, definition) => {
      expect(canFinish(definition, definition, { input }).problems).toEqual([]);
    },
  );
});

describe('a cancellation', () => {
  // R131
  it('gives back the money before the goods, each under the id of the saga', () => {
    const context = { sagaId: 'saga-1', subjectId: 'order-1', input, kept: {} };
    const told = [...cancellation.commands.values()].map((command) => [
      command.name,
      command.queue,
      command.pattern,
      command.data(context),
    ]);
    expect(told).toEqual([
      [
        'CANCELLATION_ACCEPTED',
        'order_commands',
        'order.begin-cancel',
        {
          orderId: 'order-1',
          cancellationId: 'saga-1',
          actorRole: 'seller',
          actor: 'u:https://id:sam',
          reason: 'sold out',
        },
      ],
      [
        'MONEY_RETURNED',
        'payment_commands',
        'payment.return',
        { orderId: 'order-1', refundId: 'saga-1' },
      ],
      [
        'STOCK_RETURNED',
        'inventory_commands',
        'inventory.return',
        {
          orderId: 'order-1',
          returnId: 'saga-1',
          lines: [{ productId: PRODUCT, quantity: 2 }],
          disposition: 'WRITE_OFF',
        },
      ],
      [
        'CANCELLATION_DONE',
        'order_commands',
        'order.end-cancel',
        { orderId: 'order-1', cancellationId: 'saga-1' },
      ],
    ]);
  });

  it('that the order refuses gives nothing back', () => {
    given(cancellation, { input })
      .sends('CANCELLATION_ACCEPTED')
      .rejected('ORDER_NOT_CANCELLABLE')
      .isUndone('ORDER_NOT_CANCELLABLE');
  });

  it('of an order that is not confirmed yet asks until it is, past every deadline', () => {
    const scenario = new Scenario(cancellation, { input });
    for (let tries = 0; tries < 200; tries += 1) {
      scenario.fault('ORDER_PENDING');
      scenario.wakeUntilSent();
    }
    expect(scenario.instance.phase).toBe('forward');
    expect(new Set(scenario.sent.map(({ name }) => name))).toEqual(
      new Set(['CANCELLATION_ACCEPTED']),
    );
  });
});
