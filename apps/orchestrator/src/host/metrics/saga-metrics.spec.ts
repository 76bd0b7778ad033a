import { command, defineSaga, type SagaInstance, step } from '@backstitch/saga-engine';
import { metricsRegistry } from '@backstitch/service-kit';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { registryOf } from '../../testing/registry-of.js';
import { checkoutSaga } from '../../sagas/checkout/checkout-saga.js';
import { seriesOf } from '../../testing/metrics.js';
import { TIMING } from '../../testing/timing.js';
import { SagaMetrics } from './saga-metrics.js';

const CREATED_AT_MS = 1_000_000;
let nowMs = CREATED_AT_MS;
/** Another saga with a step of the same name. */
const otherSaga = defineSaga({
  name: 'other',
  version: 3,
  deadlineMs: 60_000,
  steps: [
    step('PAYMENT_PROCESSED', {
      do: command('payment_commands', 'payment.process', () => ({})),
      noUndo: 'a test',
    }),
  ],
});
const metrics = new SagaMetrics(registryOf([checkoutSaga(TIMING)], [otherSaga]), {
  nowMs: () => nowMs,
});
const failure = (kind: string, code: string, step = 'PAYMENT_PROCESSED') => ({
  failure: { kind, code, step, message: '' },
});
/** A committed transition, `ms` after the saga began. */
const saved = (before: object, after: object, ms = 0) => {
  const facts = { definition: 'checkout', definitionVersion: 2, createdAtMs: CREATED_AT_MS };
  const saga = (state: object) => ({ ...facts, ...state }) as unknown as SagaInstance;
  nowMs = CREATED_AT_MS + ms;
  metrics.committed(saga(before), 'replied', saga(after));
};
const told = async (prefix: string) =>
  Object.fromEntries(
    [...seriesOf(await metricsRegistry.metrics())]
      .filter(([name]) => name.startsWith(`backstitch_${prefix}`))
      .map(([name, value]) => [name.slice('backstitch_'.length), value]),
  );

beforeEach(() => metricsRegistry.resetMetrics());

describe('the metrics of sagas', () => {
  it('distinguish a business rejection, an unknown outcome, an undo by an operator, and success', async () => {
    const open = { phase: 'forward' };
    saved(open, { phase: 'done' }, 30);
    saved(open, { phase: 'done' }, 40_000);
    saved(open, { phase: 'undone', ...failure('rejected', 'PAYMENT_DECLINED') }, 30);
    saved(open, { phase: 'undone', ...failure('unknown', 'STEP_DEADLINE') }, 30);
    saved(open, { phase: 'undone', ...failure('unknown', 'OPERATOR_COMPENSATED') }, 30);
    expect(await told('saga_duration_seconds_count')).toEqual({
      'saga_duration_seconds_count{definition="checkout",outcome="done"}': 2,
      'saga_duration_seconds_count{definition="checkout",outcome="declined"}': 1,
      'saga_duration_seconds_count{definition="checkout",outcome="unknown"}': 1,
      'saga_duration_seconds_count{definition="checkout",outcome="operator"}': 1,
    });
    const within = await told('saga_duration_seconds_bucket{definition="checkout",outcome="done"');
    expect(within).toMatchObject({
      'saga_duration_seconds_bucket{definition="checkout",outcome="done",le="0.05"}': 1,
      'saga_duration_seconds_bucket{definition="checkout",outcome="done",le="30"}': 1,
      'saga_duration_seconds_bucket{definition="checkout",outcome="done",le="60"}': 2,
    });
  });

  it('name the step and the code of an undo, and no code that no definition declares', async () => {
    const open = { phase: 'backward' };
    saved(open, { phase: 'undone', ...failure('rejected', 'PAYMENT_DECLINED') });
    saved(open, { phase: 'undone', ...failure('unknown', 'x'.repeat(500)) });
    saved(open, { phase: 'undone', ...failure('unknown', 'constructor', 'ORDER_CREATED') });
    const ended = (outcome: string, step: string, code: string) =>
      `sagas_ended_total{definition="checkout",outcome="${outcome}",step="${step}",code="${code}"}`;
    expect(await told('sagas_ended_total')).toEqual({
      [ended('declined', 'PAYMENT_PROCESSED', 'PAYMENT_DECLINED')]: 1,
      [ended('unknown', 'PAYMENT_PROCESSED', 'other')]: 1,
      [ended('unknown', 'ORDER_CREATED', 'other')]: 1,
    });
  });

  it('count every repeat of a command by its definition, and why it was repeated', async () => {
    const repeated = (awaited: string, code: string) =>
      saved(
        { phase: 'forward', attempt: 1 },
        { phase: 'forward', attempt: 2, awaited, lastError: { code, message: '' } },
      );
    repeated('PAYMENT_PROCESSED', 'REPLY_TIMEOUT');
    repeated('PAYMENT_PROCESSED', 'PROVIDER_UNAVAILABLE');
    repeated('REFUND_PAYMENT', 'PROVIDER_UNAVAILABLE');
    const other = { definition: 'other', definitionVersion: 3, lastError: { code: 'X' } };
    saved(
      { phase: 'forward', attempt: 1 },
      { phase: 'forward', attempt: 2, awaited: 'PAYMENT_PROCESSED', ...other },
    );
    saved(
      { phase: 'forward', attempt: 2 },
      { phase: 'forward', attempt: 1, awaited: 'ORDER_CREATED' },
    );
    saved(
      { phase: 'forward', attempt: 2 },
      { phase: 'forward', attempt: 2, awaited: 'ORDER_CREATED' },
    );
    const retried = (direction: string, reason: string, definition = 'checkout') =>
      `saga_retries_total{definition="${definition}",step="PAYMENT_PROCESSED",direction="${direction}",reason="${reason}"}`;
    expect(await told('saga_retries_total')).toEqual({
      [retried('do', 'silent')]: 1,
      [retried('do', 'fault')]: 1,
      [retried('undo', 'fault')]: 1,
      [retried('do', 'fault', 'other')]: 1,
    });
  });
});
