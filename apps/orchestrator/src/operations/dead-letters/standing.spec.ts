import { given, type Scenario } from '@backstitch/saga-engine/testing';
import type { SagaDefinition } from '@backstitch/saga-engine';
import { COMMAND_QUEUES, COMMANDS, type SagaDirection } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { registryOf } from '../../testing/registry-of.js';
import { checkoutSaga } from '../../sagas/checkout/checkout-saga.js';
import type { DeadLetterCommand } from './dead-letter-verdict.js';
import { standingInSaga, standingOfOrder } from './standing.js';

const definition = checkoutSaga({
  sagaDeadlineMs: 120_000,
  paymentReplyTimeoutMs: 5_000,
  steps: { replyTimeoutMs: 2_000, attemptsMax: 5, deadlineMs: 20_000 },
}) as SagaDefinition;
const definitions = registryOf([definition]);
const input = { userId: 'u', items: [], totalAmount: '59.98' };

/** The saga after so many steps were done; with a no after them when one is given. */
function sagaAfter(steps: number, no?: string): Scenario {
  const { scenario } = given(definition, { input });
  for (let i = 0; i < steps; i++) scenario.done();
  if (no) scenario.rejected(no);
  return scenario;
}

/** The command as its saga sends it. */
function commandOf(step: string, direction: SagaDirection, data?: unknown): Tagged {
  const saga = sagaAfter(0).instance;
  const planned = [...definition.commands.values()].find(
    (one) => one.step === step && one.direction === direction,
  )!;
  return {
    queue: planned.queue as DeadLetterCommand['queue'],
    pattern: planned.pattern,
    data: data ?? JSON.parse(JSON.stringify(planned.data(saga))),
    orderId: saga.subjectId,
    saga: { sagaId: saga.sagaId, step, direction, attempt: 1 },
  };
}
type Tagged = DeadLetterCommand & { saga: NonNullable<DeadLetterCommand['saga']> };

const PAY = commandOf('PAYMENT_PROCESSED', 'do');
const REFUND = commandOf('PAYMENT_PROCESSED', 'undo');
const RELEASE = commandOf('INVENTORY_RESERVED', 'undo');
const inSaga = (one: Tagged, saga: Scenario) =>
  standingInSaga(definitions, one, saga.instance, undefined);

describe('a command that names its saga', () => {
  //  the command   its saga                                                    stands
  it.each<[string, Tagged, Scenario, string]>([
    ['do', PAY, sagaAfter(2), 'awaited'],
    ['do', PAY, sagaAfter(1), 'not awaited'],
    ['do', PAY, sagaAfter(3), 'not awaited'],
    ['do', PAY, sagaAfter(3, 'RESERVATION_EXPIRED'), 'not awaited'],
    ['do', PAY, sagaAfter(5), 'finished'],
    ['undo', REFUND, sagaAfter(3), 'not awaited'],
    ['undo', REFUND, sagaAfter(3, 'RESERVATION_EXPIRED'), 'awaited'],
    ['later undo', RELEASE, sagaAfter(3, 'RESERVATION_EXPIRED'), 'to come'],
    ['undo', REFUND, sagaAfter(2, 'PAYMENT_DECLINED'), 'not awaited'],
    ['undo', RELEASE, sagaAfter(2, 'PAYMENT_DECLINED'), 'awaited'],
    ['undo', REFUND, sagaAfter(5), 'finished'],
  ])('a %s', (_what, one, saga, standing) => {
    expect(inSaga(one, saga)).toBe(standing);
  });

  it('is a saga mismatch unless it is what the saga would send, to the last field', () => {
    const saga = sagaAfter(2);
    const { orderId } = PAY;
    expect(inSaga({ ...PAY, data: { orderId, amount: '0.01' } }, saga)).toBe('saga mismatch');
    expect(inSaga({ ...PAY, data: { ...(PAY.data as object), x: 1 } }, saga)).toBe('saga mismatch');
    expect(inSaga({ ...PAY, pattern: COMMANDS.paymentRefund }, saga)).toBe('saga mismatch');
    expect(inSaga({ ...PAY, queue: COMMAND_QUEUES.order }, saga)).toBe('saga mismatch');
    expect(inSaga({ ...PAY, saga: { ...PAY.saga, step: 'PAYMENT' } }, saga)).toBe('saga mismatch');
    const other = { ...PAY.saga, direction: 'undo' as const };
    expect(inSaga({ ...PAY, saga: other }, saga)).toBe('saga mismatch');
  });

  it('of a version that is not known here is nothing to judge', () => {
    const saga = { ...sagaAfter(2).instance, definitionVersion: 99 };
    expect(standingInSaga(definitions, PAY, saga, undefined)).toHaveProperty('unclear');
  });

  it('of no saga is its order’s matter only as an undo of what is sold', () => {
    const none = (one: Tagged, status: 'NONE' | 'CONFIRMED' | 'CANCELLED') =>
      standingInSaga(definitions, one, undefined, { status });
    expect(none(PAY, 'NONE')).toBe('unknown saga');
    expect(none(PAY, 'CONFIRMED')).toBe('unknown saga');
    expect(none(REFUND, 'CANCELLED')).toBe('unknown saga');
    expect(none(REFUND, 'CONFIRMED')).toBe('CONFIRMED');
    const disguised = { ...REFUND, saga: { ...REFUND.saga, direction: 'do' as const } };
    expect(none(disguised, 'CONFIRMED')).toBe('CONFIRMED');
  });
});

describe('a command that names no saga', () => {
  const untagged = (one: Tagged): DeadLetterCommand => ({ ...one, saga: undefined });
  const ofOrder = (
    one: Tagged,
    saga: Scenario | 'none' | 'unknown',
    status: 'NONE' | 'PENDING' | 'CONFIRMED' | 'CANCELLED' = 'PENDING',
  ) => {
    const its = typeof saga === 'string' ? saga : saga.instance;
    return standingOfOrder(definitions, untagged(one), { status }, its);
  };

  it.each(['NONE', 'PENDING', 'CONFIRMED', 'CANCELLED'] as const)(
    'is decided by its order (%s) when no saga is in its way',
    (status) => {
      expect(ofOrder(PAY, 'none', status)).toBe(status);
      expect(ofOrder(REFUND, sagaAfter(5), status)).toBe(status);
    },
  );

  it('is beside a saga that is under way', () => {
    expect(ofOrder(PAY, sagaAfter(2))).toBe('driven');
    expect(ofOrder(REFUND, sagaAfter(3))).toBe('driven');
    expect(ofOrder(REFUND, sagaAfter(1, 'INSUFFICIENT_STOCK'))).toBe('driven');
  });

  it('is the saga’s own matter when that sends it itself', () => {
    const undoing = sagaAfter(3, 'RESERVATION_EXPIRED');
    expect(ofOrder(REFUND, undoing)).toBe('undoing');
    expect(ofOrder(RELEASE, undoing)).toBe('undoing');
    undoing.done();
    expect(ofOrder(REFUND, undoing)).toBe('driven');
  });

  it('is never done, and only undone, for an unknown saga', () => {
    expect(ofOrder(PAY, 'unknown')).toBe('unknown saga');
    expect(ofOrder(REFUND, 'unknown', 'CANCELLED')).toBe('unknown saga');
    expect(ofOrder(REFUND, 'unknown', 'CONFIRMED')).toBe('CONFIRMED');
  });
});
