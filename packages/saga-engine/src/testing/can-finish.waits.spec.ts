import { describe, expect, it } from '@jest/globals';
import { defineSaga, type SagaSpec } from '../core/define.js';
import { currentStepOf } from '../core/instance.js';
import { booking, bookingSpec, input } from '../fixtures/booking.js';
import { canFinish } from './can-finish.js';
import { reachableStates } from './reachable-states.js';

const options = { input, signals: { paid: { paymentId: 'p-1' } } };

type Steps = SagaSpec<{ nights: number }>['steps'];
/** The part of the booking up to its payment: with fewer waits there are fewer states. */
const short = (steps: Steps, version = 1) => {
  const { endedBy: _, ...rest } = bookingSpec;
  return defineSaga({ ...rest, version, steps });
};
const first = bookingSpec.steps.slice(0, 5);

describe('a definition that goes on with the sagas of another, while they wait', () => {
  it('is given every wait, in it and at its end, with and without a signal that is kept', () => {
    const states = reachableStates(short(first), options);
    for (const name of ['HOST_DECIDES', 'GUEST_PAYS']) {
      const ways = states.filter(({ instance }) => currentStepOf(instance) === name);
      const phases = new Set(ways.map(({ instance }) => instance.phase));
      expect([...phases].sort()).toEqual(['forward', 'waiting']);
    }
    expect(states.some(({ instance }) => instance.waits !== undefined)).toBe(true);
  });

  it('can finish its own sagas', () => {
    expect(canFinish(short(first), short(first), options).problems).toEqual([]);
  });

  it('cannot when a wait is gone, and says at which', () => {
    const gone = short(first.filter(({ name }) => name !== 'HOST_DECIDES'));
    expect(canFinish(short(first), gone, options).problems).toEqual([
      'nothing is known of HOST_DECIDES, so the saga is parked for ever (when HOST_DECIDES is awaited)',
    ]);
  });

  it('walks the whole booking in a time that a test may take', () => {
    expect(reachableStates(booking, options).length).toBeGreaterThan(100);
  });
});
