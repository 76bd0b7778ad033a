import { describe, expect, it } from '@jest/globals';
import { booking, bookingSpec, input } from '../fixtures/booking.js';
import { defineSaga, step, command, wait } from './define.js';
import { NO_OWNER } from './instance.js';
import { given, SCENARIO_SUBJECT_ID as bookingId, type GivenSaga } from '../testing/index.js';

type Given = GivenSaga<{ nights: number }>;
const start = (): Given => given(booking, { input });
const decided = (): Given => start().done().signal('accept');
const paid = (): Given => decided().done().signal('paid', { paymentId: 'p-1' });
const arrived = (): Given => paid().done().signal('arrive').done();

describe('a saga that waits', () => {
  it('has no owner and goes on when its signal comes', () => {
    const saga = start().done().waitsAt('HOST_DECIDES');
    expect(saga.scenario.instance).toMatchObject({ phase: 'waiting', owner: NO_OWNER });
    saga.signal('accept').sends('ROOM_HELD').done().waitsAt('GUEST_PAYS').signal('exhausted');
    saga.sends('PAYMENT_SETTLED', { bookingId, paid: undefined });
  });

  it('goes where its time leads when no signal comes', () => {
    const saga = decided().done().timesOut().sends('PAYMENT_SETTLED').done().timesOut();
    saga.sends('REFUND_PAYMENT').done().sends('RELEASE_ROOM').done().sends('CANCEL_BOOKING').done();
    saga.isUndone('NO_SHOW');
  });

  it('is undone for the reason that its signal has', () => {
    const saga = start().done().signal('decline').sends('CANCEL_BOOKING').done();
    saga.isUndone('HOST_DECLINED');
    expect(saga.trace()).toEqual([
      'BOOKED          done',
      'HOST_DECIDES    rejected HOST_DECLINED: the signal decline',
      'CANCEL_BOOKING  done',
    ]);
  });

  it('keeps what its wait takes of a signal, for the commands behind it', () => {
    paid().sends('PAYMENT_SETTLED', { bookingId, paid: { paymentId: 'p-1' } });
  });

  it('skips steps without a log row and without an undo', () => {
    const saga = paid().done().signal('late').sends('KEY_GIVEN').done().signal('leave').done();
    saga.isDone();
    expect(saga.trace().join('\n')).not.toMatch(/ROOM_SHOWN|GUEST_AGREES/);
  });

  it('does not undo what it skipped', () => {
    const skipping = defineSaga({
      ...bookingSpec,
      steps: bookingSpec.steps.map((one) => {
        if (one.name !== 'KEY_GIVEN') return one;
        return step('KEY_GIVEN', {
          do: command('rooms', 'key.give', () => ({})),
          rejections: ['NO_KEY'],
          pivot: true,
        });
      }),
    });
    const saga = given(skipping, { input }).done().signal('accept').done().signal('exhausted');
    saga.done().signal('late').sends('KEY_GIVEN').rejected('NO_KEY').sends('REFUND_PAYMENT');
  });

  it('has the whole deadline for what follows, however long it waited', () => {
    const saga = start().done();
    saga.scenario.nowMs += 10_000_000;
    saga.signal('accept').sends('ROOM_HELD').fault().sends('ROOM_HELD').done();
    expect(saga.scenario.instance.phase).toBe('waiting');
    expect(saga.scenario.instance.sagaDeadlineAtMs).toBeGreaterThan(saga.scenario.nowMs);
  });

  it('waits no longer than until the time that its definition computes', () => {
    const until = (untilMs: () => number) => {
      const steps = bookingSpec.steps.map((one) =>
        one.kind === 'wait' ? wait(one.name, { ...one, untilMs }) : one,
      );
      const saga = given(defineSaga({ ...bookingSpec, steps }), { input }).done();
      const { instance } = saga.scenario;
      return instance.phase === 'waiting' ? instance.dueAtMs - saga.scenario.nowMs : undefined;
    };
    expect(until(() => 1_000_500)).toBe(500);
    expect(until(() => Number.NaN)).toBe(40_000);
    expect(until(() => Infinity)).toBe(40_000);
    const throwing = () => {
      throw new Error('it is not known');
    };
    expect(until(throwing)).toBe(40_000);
  });

  it('ends behind the pivot, too, by a signal or by its time', () => {
    arrived().signal('agree').done().signal('leave').done().isDone();
    arrived().timesOut().done().timesOut().done().isDone();
  });
});

describe('a signal', () => {
  const answered = (saga: Given, name: string, data?: unknown) =>
    saga.scenario.signal(name, data).answer;

  it('that nobody knows is refused, with those that are known and those that are awaited', () => {
    expect(answered(start().done(), 'acept')).toEqual({
      kind: 'refused',
      reason: 'unknown-signal',
      message: expect.stringContaining('accept, agree, arrive'),
      status: 'WAITING',
      at: 'HOST_DECIDES',
      awaited: ['accept', 'decline', 'guest-cancel'],
    });
  });

  it('of a person that comes before its wait or after it is refused', () => {
    expect(answered(start(), 'accept')).toMatchObject({ reason: 'not-awaited', at: 'BOOKED' });
    expect(answered(decided(), 'accept')).toMatchObject({ reason: 'not-awaited' });
  });

  it('that is to be kept ends its wait when the wait begins', () => {
    const saga = start();
    expect(answered(saga, 'paid', { paymentId: 'p-2' })).toEqual({ kind: 'kept' });
    saga.done().waitsAt('HOST_DECIDES').signal('accept').done();
    saga.scenario.wake();
    saga.sends('PAYMENT_SETTLED', { bookingId, paid: { paymentId: 'p-2' } });
    expect(saga.scenario.instance.waits).toBeUndefined();
    expect(saga.trace().join()).toContain('GUEST_PAYS       done by paid');
  });

  it('that is kept raises the version, so that a wait which begins at that moment sees it', () => {
    const saga = start();
    const { version } = saga.scenario.instance;
    answered(saga, 'exhausted');
    expect(saga.scenario.instance.version).toBe(version + 1);
  });

  it('whose wait lies behind has passed, and is not kept', () => {
    const saga = paid();
    const before = saga.scenario.instance;
    expect(answered(saga, 'paid', { paymentId: 'p-3' })).toEqual({ kind: 'passed' });
    expect(saga.scenario.instance).toBe(before);
    expect(answered(start().done().signal('decline'), 'exhausted')).toEqual({ kind: 'passed' });
  });

  it('whose data its wait does not take is refused, and says why', () => {
    const invalid = { reason: 'invalid', message: 'a payment has a paymentId' };
    expect(answered(start(), 'paid', {})).toMatchObject(invalid);
    expect(answered(decided().done(), 'paid', null)).toMatchObject(invalid);
  });

  it('beyond as many as a row may keep is refused', () => {
    const saga = start();
    for (let nth = 0; nth < 50; nth++) answered(saga, 'exhausted');
    expect(answered(saga, 'exhausted')).toMatchObject({ reason: 'too-many' });
  });

  it('that ends the saga undoes the awaited step, whose outcome is unknown, and all before it', () => {
    const saga = decided().sends('ROOM_HELD').signal('guest-cancel').sends('RELEASE_ROOM').done();
    saga.sends('CANCEL_BOOKING').done().isUndone('GUEST_CANCELLED');
    expect(saga.trace()).toContain(
      'ROOM_HELD       unknown GUEST_CANCELLED: the signal guest-cancel',
    );
  });

  it('that ends the saga ends a wait, too', () => {
    start()
      .done()
      .signal('guest-cancel')
      .sends('CANCEL_BOOKING')
      .done()
      .isUndone('GUEST_CANCELLED');
  });

  it('that ends the saga does so only between its steps', () => {
    expect(answered(start(), 'host-cancel')).toMatchObject({ reason: 'not-awaited' });
    expect(answered(paid().done().signal('arrive'), 'guest-cancel')).toMatchObject({
      reason: 'too-late',
      awaited: ['host-cancel'],
    });
    arrived().signal('host-cancel').sends('LEAVE_ROOM');
  });

  it('that ends the saga is refused from the pivot on, while it is undone, and after its end', () => {
    const ending = (saga: Given) => answered(saga, 'guest-cancel');
    expect(ending(arrived().signal('agree'))).toMatchObject({ reason: 'past-pivot', awaited: [] });
    expect(ending(arrived().signal('agree').done())).toMatchObject({ reason: 'past-pivot' });
    const undoing = start().done().signal('decline');
    expect(ending(undoing)).toMatchObject({ reason: 'undoing', at: 'CANCEL_BOOKING' });
    expect(ending(undoing.done())).toMatchObject({ reason: 'ended', status: 'COMPENSATED' });
  });

  it('and a timer that comes first: one of them decides, and the other changes nothing', () => {
    const saga = start().done();
    saga.scenario.due();
    expect(answered(saga, 'accept')).toMatchObject({ reason: 'not-awaited', at: 'HOST_DECIDES' });
    saga.scenario.wake();
    saga.sends('CANCEL_BOOKING').done().isUndone('HOST_SILENT');
  });
});

describe('an operator', () => {
  it('has a waiting saga undone, and nothing else', () => {
    const saga = start().done();
    expect(saga.scenario.operator('retry').ignored).toBe('waiting');
    expect(saga.scenario.operator('resume').ignored).toBe('waiting');
    saga.scenario.operator('compensate');
    saga.sends('CANCEL_BOOKING').done().isUndone('OPERATOR_COMPENSATED');
  });

  it('undoes no wait behind the pivot', () => {
    const saga = arrived().signal('agree').done().waitsAt('GUEST_LEAVES');
    expect(saga.scenario.operator('compensate').ignored).toBe('past-pivot');
  });
});

it('a wait whose end cannot be written is parked, and is left later', () => {
  const saga = start().done();
  saga.scenario.due();
  saga.scenario.refused();
  expect(saga.scenario.instance).toMatchObject({
    needsAttention: true,
    lastError: { code: 'WRITE_REFUSED' },
  });
  saga.scenario.wake();
  saga.sends('CANCEL_BOOKING');
});
