import { describe, expect, it } from '@jest/globals';
import type { ChaosKnob } from '../answers.js';
import { appliedOf, observedOf, valueOf } from './chaos-words.js';

describe('a chaos setting in words', () => {
  it('has its unit, without needless decimals', () => {
    expect([0.5, 0.125, 1].map((value) => valueOf('rate', value))).toEqual([
      '50 %',
      '12.5 %',
      '100 %',
    ]);
    expect(valueOf('ms', 250.4)).toBe('250 ms');
  });

  it('tells what was observed, or that nothing was', () => {
    const none = { value: null, samples: 0 };
    expect(observedOf({ unit: 'rate', observed: none })).toMatch(/^Nothing/);
    expect(observedOf({ unit: 'rate', observed: { value: 0.48, samples: 212 } })).toBe(
      'Observed 48 % of 212, in the last minute',
    );
    expect(observedOf({ unit: 'ms', observed: { value: 300, samples: 4 } })).toBe(
      'Observed 300 ms on average, 4 times, in the last minute',
    );
  });

  it('counts the instances that apply what is wanted', () => {
    const applied = [0.5, 0.5, 0.05].map((value, index) => ({ instanceId: `${index}`, value }));
    const knob = { applied, value: 0.5, configured: 0.05 } as unknown as ChaosKnob;
    expect(appliedOf(knob)).toBe('2 of 3 instances');
    expect(appliedOf({ ...knob, value: null })).toBe('1 of 3 instances');
  });
});
