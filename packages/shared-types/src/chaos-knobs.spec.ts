import { describe, expect, it } from '@jest/globals';
import {
  CHAOS_KNOBS,
  CHAOS_SERVICES,
  chaosKnob,
  type ChaosKnob,
  chaosValueProblem,
  knobsOf,
} from './chaos-knobs.js';
import { chaosAppliedFrom, chaosPushFrom } from './chaos-push.js';

describe('the table of chaos knobs', () => {
  it('has each id once, and each knob is applied by one service', () => {
    const ids = CHAOS_KNOBS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(CHAOS_SERVICES.flatMap(knobsOf)).toHaveLength(ids.length);
  });

  it('has the latency, the faults and the dropped replies of every service', () => {
    for (const service of CHAOS_SERVICES) {
      const ids = knobsOf(service).map(({ id }) => id);
      const common = ['latencyMs', 'faultRate', 'dropReplyRate'].map((one) => `${service}.${one}`);
      expect(ids).toEqual(expect.arrayContaining(common));
    }
  });

  it('has a usual value inside its own bounds for each knob', () => {
    const problems = CHAOS_KNOBS.map((knob) => chaosValueProblem(knob, knob.usual));
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });
});

describe('the value of a chaos knob', () => {
  const declines = chaosKnob('bank.declineRate') as ChaosKnob;
  const latency = chaosKnob('order-service.latencyMs') as ChaosKnob;

  it.each([0, 0.5, 1])('may be the share %d', (value) => {
    expect(chaosValueProblem(declines, value)).toBeUndefined();
  });

  it.each([-0.1, 1.01, Number.NaN, Infinity, '0.5', null, undefined])(
    'is refused as a share when it is %p',
    (value) => expect(chaosValueProblem(declines, value)).toBe('must be a share from 0 to 1'),
  );

  it.each([-1, 0.5, 30_001, '7'])('is refused as a latency when it is %p', (value) => {
    const why = 'must be a whole number of milliseconds from 0 to 30000';
    expect(chaosValueProblem(latency, value)).toBe(why);
  });
});

describe('a push of chaos settings', () => {
  const setting = { id: 'bank.declineRate', value: 1, msLeft: 10 };

  it('is read with its time and its settings', () => {
    const push = { readAtMs: 5, settings: [setting] };
    expect(chaosPushFrom(push)).toEqual(push);
  });

  it.each([undefined, null, 7, {}, { readAtMs: 5 }, { readAtMs: 5, settings: [null] }])(
    'is no push when it is %j',
    (body) => expect(chaosPushFrom(body)).toBeUndefined(),
  );
});

describe('the answer to a push of chaos settings', () => {
  const knob = { id: 'bank.declineRate', value: 1, configured: 0, samples: 2, total: 1 };
  const answer = { service: 'payment-service', instanceId: 'i1', knobs: [knob] };

  it('is read with what is applied and what was done', () => {
    expect(chaosAppliedFrom(answer)).toEqual(answer);
  });

  it.each([
    undefined,
    'yes',
    {},
    { ...answer, instanceId: 7 },
    { ...answer, knobs: [{ id: 'x' }] },
  ])('is no answer when it is %j', (body) => expect(chaosAppliedFrom(body)).toBeUndefined());
});
