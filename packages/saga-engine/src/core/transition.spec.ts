import { describe, expect, it } from '@jest/globals';
import { purchase } from '../fixtures/purchase.js';
import { isOpen, type OpenSaga } from './instance.js';
import { given, Scenario } from '../testing/index.js';

const input = { amount: '9.99' };
const responses = { STOCK_RESERVED: { holdId: 'hold-1', secret: 'x' } };
const settings = { backoffMinMs: 100, backoffMaxMs: 10_000, attentionAfterAttempts: 3 };
const options = { input, responses, settings };

/** The purchase, awaiting the command of this name. */
function awaiting(name: string): Scenario<typeof input> {
  const scenario = new Scenario(purchase, options);
  while (scenario.awaited?.name !== name) scenario.done();
  return scenario;
}

const open = (scenario: Scenario<typeof input>): OpenSaga => {
  if (!isOpen(scenario.instance)) throw new Error('the saga has ended');
  return scenario.instance;
};

describe('going forward', () => {
  it('sends each step when the one before it is done, with what earlier steps kept', () => {
    given(purchase, options)
      .sends('ORDER_CREATED', { orderId: '00000000-0000-4000-8000-000000000002' })
      .done()
      .sends('STOCK_RESERVED')
      .done()
      .sends('PAYMENT_MADE', {
        orderId: '00000000-0000-4000-8000-000000000002',
        amount: '9.99',
        hold: { holdId: 'hold-1' },
      })
      .done()
      .sends('STOCK_COMMITTED')
      .done()
      .sends('ORDER_CONFIRMED')
      .done()
      .sends('MAIL_SENT')
      .done()
      .isDone();
  });

  it('bounds the wake-up by the reply timeout, the step and the saga', () => {
    const scenario = awaiting('STOCK_RESERVED');
    expect(open(scenario).wakeAtMs).toBe(scenario.nowMs + 2_000);
    expect(open(scenario).stepDeadlineAtMs).toBe(scenario.nowMs + 20_000);
    const late = new Scenario(purchase, options);
    late.nowMs += 59_500;
    late.done();
    expect(open(late).wakeAtMs).toBe(late.nowMs + 500);
    expect(open(late).stepDeadlineAtMs).toBe(open(late).sagaDeadlineAtMs);
  });

  it('treats a response it cannot read as a fault, not as done', () => {
    const scenario = awaiting('STOCK_RESERVED');
    scenario.done(null);
    expect(open(scenario)).toMatchObject({
      awaited: 'STOCK_RESERVED',
      lastError: { code: 'UNREADABLE_RESPONSE' },
    });
  });
});

describe('a reply is one of four things', () => {
  it('starts the undo of what was done when a step is rejected with a declared code', () => {
    given(purchase, options)
      .done()
      .done()
      .rejected('DECLINED', 'no money', { limit: 5 })
      .sends('RELEASE_STOCK')
      .done()
      .sends('CANCEL_ORDER')
      .done()
      .isUndone('DECLINED');
  });

  it('takes a code that the step does not declare for a fault whose outcome is unknown', () => {
    given(purchase, options)
      .done()
      .done()
      .rejected('OUT_OF_STOCK')
      .sends('REFUND_PAYMENT')
      .done()
      .sends('RELEASE_STOCK')
      .done()
      .sends('CANCEL_ORDER')
      .done()
      .isUndone('OUT_OF_STOCK');
  });

  it('retries a fault with growing pauses, then calls the outcome unknown and undoes it too', () => {
    const scenario = awaiting('STOCK_RESERVED');
    const pausesMs: number[] = [];
    while (scenario.awaited?.name === 'STOCK_RESERVED') {
      scenario.fault();
      if (scenario.awaited?.name !== 'STOCK_RESERVED') break;
      pausesMs.push(open(scenario).wakeAtMs - scenario.nowMs);
      scenario.wake();
    }
    expect(pausesMs).toEqual([75, 150, 300, 600]);
    expect(scenario.awaited?.name).toBe('RELEASE_STOCK');
    expect(scenario.witness.log.at(-2)).toMatchObject({
      step: 'STOCK_RESERVED',
      status: 'FAILED',
      data: { attempts: 5, outcome: 'unknown', code: 'BROKEN', lastError: { code: 'BROKEN' } },
    });
  });

  it('keeps the attempt, the last error and the next try where a person can see them', () => {
    const scenario = awaiting('PAYMENT_MADE');
    scenario.fault('PROVIDER_UNAVAILABLE');
    expect(open(scenario)).toMatchObject({
      attempt: 1,
      waitingFor: 'retry',
      lastError: { code: 'PROVIDER_UNAVAILABLE', message: 'a fault' },
      wakeAtMs: scenario.nowMs + 75,
    });
  });

  it('counts silence as a fault once the reply timeout has passed, and not before', () => {
    const scenario = awaiting('STOCK_RESERVED');
    const early = scenario.apply({ kind: 'wake', nowMs: scenario.nowMs + 1_999, random: 0.5 });
    expect(early.ignored).toBe('too-early');
    scenario.wake();
    expect(open(scenario)).toMatchObject({ lastError: { code: 'REPLY_TIMEOUT' }, attempt: 1 });
    scenario.wake();
    expect(open(scenario)).toMatchObject({ waitingFor: 'reply', attempt: 2 });
  });

  it('counts no attempt when the command reached no queue, and pauses longer each time', () => {
    const scenario = awaiting('STOCK_RESERVED');
    for (const [unsent, pauseMs] of [
      [1, 75],
      [2, 150],
      [3, 300],
    ] as const) {
      scenario.unsent('BROKER_AWAY');
      expect(open(scenario)).toMatchObject({
        attempt: 1,
        waitingFor: 'resend',
        lastError: { code: 'BROKER_AWAY', unsent },
        wakeAtMs: scenario.nowMs + pauseMs,
      });
      scenario.wake();
    }
    expect(scenario.sent.at(-1)).toMatchObject({ name: 'STOCK_RESERVED', attempt: 1 });
  });

  it.each(['done', 'rejected'] as const)('counts %s from an earlier attempt', (kind) => {
    const scenario = awaiting('PAYMENT_MADE');
    scenario.wake();
    scenario.wake();
    expect(scenario.attempt).toBe(2);
    const outcome = { kind, code: 'DECLINED', message: 'no', response: {} };
    expect(scenario.reply(outcome, { attempt: 1 }).ignored).toBeUndefined();
  });

  it('ignores a fault of an earlier attempt, and the same fault twice', () => {
    const scenario = awaiting('PAYMENT_MADE');
    scenario.fault();
    const again = { kind: 'fault', code: 'BROKEN', message: 'a fault' } as const;
    expect(scenario.reply(again, { attempt: 1 }).ignored).toBe('already-counted');
    scenario.wake();
    expect(scenario.reply(again, { attempt: 1 }).ignored).toBe('stale-fault');
  });

  it('ignores replies to a step that is no longer awaited, and to a saga that has ended', () => {
    const scenario = awaiting('PAYMENT_MADE');
    const late = { kind: 'rejected', code: 'OUT_OF_STOCK', message: 'no' } as const;
    expect(scenario.reply(late, { step: 'STOCK_RESERVED' }).ignored).toBe('not-awaited');
    const undone = scenario.reply(late, { step: 'PAYMENT_MADE', direction: 'undo' });
    expect(undone.ignored).toBe('not-awaited');
    while (isOpen(scenario.instance)) scenario.done();
    expect(scenario.reply(late, { step: 'MAIL_SENT' }).ignored).toBe('finished');
  });
});

describe('deadlines', () => {
  it('undoes the awaited step when the saga’s deadline has passed', () => {
    const scenario = awaiting('PAYMENT_MADE');
    scenario.nowMs = open(scenario).sagaDeadlineAtMs;
    scenario.wake();
    expect(open(scenario)).toMatchObject({
      awaited: 'REFUND_PAYMENT',
      failure: { kind: 'unknown', code: 'SAGA_DEADLINE' },
    });
  });

  it('begins no further step after the saga’s deadline, but goes on into the pivot', () => {
    const scenario = awaiting('PAYMENT_MADE');
    scenario.nowMs = open(scenario).sagaDeadlineAtMs;
    scenario.done();
    expect(open(scenario)).toMatchObject({ phase: 'backward', awaited: 'REFUND_PAYMENT' });
    const nearly = awaiting('STOCK_COMMITTED');
    nearly.nowMs = open(nearly).sagaDeadlineAtMs;
    nearly.done();
    expect(open(nearly)).toMatchObject({ phase: 'forward', awaited: 'ORDER_CONFIRMED' });
  });

  it('lets neither undo nor pivot end by a deadline', () => {
    for (const name of ['ORDER_CONFIRMED', 'MAIL_SENT']) {
      const scenario = awaiting(name);
      scenario.nowMs += 1_000_000;
      scenario.wake();
      expect(open(scenario)).toMatchObject({ phase: 'forward', awaited: name });
    }
    const undoing = awaiting('PAYMENT_MADE');
    undoing.rejected('DECLINED');
    undoing.nowMs += 1_000_000;
    undoing.wake();
    expect(open(undoing)).toMatchObject({ awaited: 'RELEASE_STOCK', stepDeadlineAtMs: undefined });
  });

  it('gives up at once when the next try would come after the step’s deadline', () => {
    const scenario = awaiting('STOCK_RESERVED');
    scenario.nowMs += 19_950;
    scenario.fault();
    expect(scenario.awaited?.name).toBe('RELEASE_STOCK');
  });
});

describe('the pivot', () => {
  it('starts the undo only when it is rejected', () => {
    const scenario = awaiting('ORDER_CONFIRMED');
    for (let i = 0; i < 30; i++) {
      scenario.fault('BROKEN', i % 2 === 0);
      scenario.wakeUntilSent();
    }
    expect(open(scenario)).toMatchObject({ phase: 'forward', attempt: 31, needsAttention: true });
    scenario.rejected('ORDER_CANCELLED');
    expect(open(scenario)).toMatchObject({ phase: 'backward', awaited: 'REFUND_PAYMENT' });
  });

  it('caps its pauses, and needs attention after some attempts', () => {
    const scenario = awaiting('ORDER_CONFIRMED');
    const attention: boolean[] = [];
    for (let i = 0; i < 12; i++) {
      scenario.fault();
      attention.push(open(scenario).needsAttention);
      expect(open(scenario).wakeAtMs - scenario.nowMs).toBeLessThanOrEqual(10_000);
      scenario.wake();
    }
    expect(attention.slice(0, 4)).toEqual([false, false, true, true]);
  });
});

describe('undoing', () => {
  it('takes a rejected undo for a fault, parks the saga and still retries', () => {
    const scenario = awaiting('PAYMENT_MADE');
    scenario.rejected('DECLINED');
    scenario.rejected('ORDER_CANCELLED');
    expect(open(scenario)).toMatchObject({
      awaited: 'RELEASE_STOCK',
      waitingFor: 'retry',
      needsAttention: true,
      wakeAtMs: scenario.nowMs + 10_000,
    });
    scenario.wake();
    scenario.done();
    expect(open(scenario)).toMatchObject({ awaited: 'CANCEL_ORDER', needsAttention: false });
  });

  it('ends at once when nothing was done that has an undo', () => {
    given(purchase, options).rejected('ORDER_CANCELLED').isUndone('ORDER_CANCELLED');
  });
});

describe('sending again after a takeover', () => {
  it('sends the same attempt with a reply deadline of its own', () => {
    const scenario = awaiting('PAYMENT_MADE');
    scenario.wake();
    scenario.wake();
    scenario.nowMs += 1_000;
    scenario.resumed();
    expect(scenario.sent.at(-1)).toMatchObject({ name: 'PAYMENT_MADE', attempt: 2 });
    expect(open(scenario).wakeAtMs).toBe(scenario.nowMs + 5_000);
  });

  it('undoes a step whose time was up while no instance drove the saga', () => {
    const scenario = awaiting('PAYMENT_MADE');
    scenario.nowMs += 20_000;
    scenario.resumed();
    expect(scenario.awaited?.name).toBe('REFUND_PAYMENT');
    expect(scenario.sent.at(-1)).toMatchObject({ name: 'REFUND_PAYMENT' });
  });

  it('leaves a pause between attempts alone, and ends a wait for the broker', () => {
    const pausing = awaiting('PAYMENT_MADE');
    pausing.fault();
    expect(pausing.resumed().ignored).toBe('nothing-to-resend');
    const unsent = awaiting('PAYMENT_MADE');
    unsent.unsent();
    unsent.resumed();
    expect(open(unsent)).toMatchObject({ waitingFor: 'reply', attempt: 1 });
  });
});
