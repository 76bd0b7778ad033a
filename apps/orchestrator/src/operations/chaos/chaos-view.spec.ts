import { CHAOS_KNOBS } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { chaosView } from './chaos-view.js';

const DECLINES = 'bank.declineRate';
const until = new Date('2026-11-30T12:00:00Z');
const SETTING = { knob: DECLINES, value: 0.5, until, msLeft: 9, setBy: 'olga', reason: 'why' };

const answerOf = (instanceId: string, samples: number, total: number, url = 'http://a') => ({
  url,
  applied: {
    service: 'payment-service',
    instanceId,
    knobs: [{ id: DECLINES, value: 0.5, configured: 0.05, samples, total }],
  },
});

describe('what operators see of the chaos settings', () => {
  const shown = (...args: Parameters<typeof chaosView>) =>
    chaosView(...args).knobs.find(({ id }) => id === DECLINES)!;

  it('has every knob, also while nothing is set and no instance answers', () => {
    const { knobs } = chaosView([], [{ url: 'http://a', why: 'away' }]);
    expect(knobs.map(({ id }) => id)).toEqual(CHAOS_KNOBS.map(({ id }) => id));
    expect(knobs[0]).toMatchObject({
      value: null,
      until: null,
      configured: 0.05,
      applied: [],
      observed: { value: null, samples: 0 },
    });
  });

  it('has what is set, and what was done by all instances together', () => {
    const answers = [answerOf('one', 30, 12), answerOf('two', 10, 8)];
    expect(shown([SETTING], answers)).toMatchObject({
      value: 0.5,
      until: '2026-11-30T12:00:00.000Z',
      setBy: 'olga',
      reason: 'why',
      applied: [
        { instanceId: 'one', value: 0.5 },
        { instanceId: 'two', value: 0.5 },
      ],
      observed: { value: 0.5, samples: 40 },
    });
  });

  it('counts an instance with two addresses once', () => {
    const answers = [answerOf('one', 4, 1), answerOf('one', 4, 1, 'http://b')];
    expect(shown([SETTING], answers)).toMatchObject({
      applied: [{ instanceId: 'one' }],
      observed: { value: 0.25, samples: 4 },
    });
  });

  it('names the instances that did not answer', () => {
    const silent = [{ url: 'http://a', why: 'away' }];
    expect(chaosView([], [...silent, answerOf('one', 0, 0)]).silent).toEqual(silent);
  });
});
