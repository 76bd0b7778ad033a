import { CHAOS_LIVE_MS } from '@backstitch/shared-types';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ChaosSettings } from './chaos-settings.js';
import { LastMinute } from './last-minute.js';
import { LiveKnob } from './live-knob.js';

const DECLINES = 'bank.declineRate';
const HOUR_MS = 3_600_000;

const push = (readAtMs: number, value?: number, msLeft = HOUR_MS) => ({
  readAtMs,
  settings: value === undefined ? [] : [{ id: DECLINES, value, msLeft }],
});

describe('the chaos settings of an instance', () => {
  let chaos: ChaosSettings;
  beforeEach(() => {
    jest.useFakeTimers();
    chaos = new ChaosSettings('payment-service', { [DECLINES]: 0.25 });
  });
  afterEach(() => void jest.useRealTimers());
  const applied = () => chaos.knob(DECLINES).value;

  it('are the configured values, or the usual ones, until something is pushed', () => {
    expect(applied()).toBe(0.25);
    expect(chaos.knob('bank.errorRate').value).toBe(0);
  });

  it('end by themselves when nothing is pushed again', () => {
    chaos.take(push(1, 1));
    jest.advanceTimersByTime(CHAOS_LIVE_MS - 1);
    expect(applied()).toBe(1);
    jest.advanceTimersByTime(1);
    expect(applied()).toBe(0.25);
  });

  it('stay as long as they are pushed again', () => {
    for (let at = 1; at <= 20; at += 1) {
      chaos.take(push(at, 1));
      jest.advanceTimersByTime(CHAOS_LIVE_MS - 1);
    }
    expect(applied()).toBe(1);
  });

  it('end when the setting ends, although it was just pushed', () => {
    chaos.take(push(1, 1, 200));
    jest.advanceTimersByTime(200);
    expect(applied()).toBe(0.25);
    chaos.take(push(2, 1, 0));
    expect(applied()).toBe(0.25);
  });

  it('end at once when a push does not have them any more', () => {
    chaos.take(push(1, 1));
    chaos.take(push(2));
    expect(applied()).toBe(0.25);
  });

  it('do not come back by a push that was read earlier', () => {
    chaos.take(push(1, 1));
    chaos.take(push(3));
    chaos.take(push(2, 1));
    expect(applied()).toBe(0.25);
  });

  it('are taken from a clock that was set back, once the others have ended', () => {
    chaos.take(push(100, 1));
    jest.advanceTimersByTime(CHAOS_LIVE_MS);
    chaos.take(push(1, 0.5));
    expect(applied()).toBe(0.5);
  });

  it('are answered with what is applied and what was done', () => {
    chaos.take(push(1, 1));
    for (let asked = 0; asked < 3; asked += 1) chaos.knob(DECLINES).happens();
    const { service, knobs } = chaos.applied();
    expect(service).toBe('payment-service');
    expect(knobs.find(({ id }) => id === DECLINES)).toEqual({
      id: DECLINES,
      value: 1,
      configured: 0.25,
      samples: 3,
      total: 3,
    });
  });

  it('of another service are not among them', () => {
    expect(() => chaos.knob('order-service.faultRate')).toThrow('payment-service has no');
  });
});

describe('a rate', () => {
  it('of 0 never happens, asks for no random number, and counts nothing', () => {
    const random = jest.fn(() => 0);
    const knob = new LiveKnob('x', 0, random);
    expect(knob.happens()).toBe(false);
    expect([random.mock.calls.length, knob.applied().samples]).toEqual([0, 0]);
  });

  it('happens below its value, and counts both', () => {
    const drawn = [0.1, 0.49, 0.5, 0.9];
    const knob = new LiveKnob('x', 0.5, () => drawn.shift()!);
    expect([1, 2, 3, 4].map(() => knob.happens())).toEqual([true, true, false, false]);
    expect(knob.applied()).toMatchObject({ samples: 4, total: 2 });
  });
});

describe('the last minute', () => {
  it('has what happened within it, and nothing older', () => {
    const minute = new LastMinute();
    minute.add(1_000, 5);
    minute.add(2_500, 7);
    expect(minute.read(60_999)).toEqual({ samples: 2, total: 12 });
    expect(minute.read(61_000)).toEqual({ samples: 1, total: 7 });
    expect(minute.read(10_000_000)).toEqual({ samples: 0, total: 0 });
  });
});
