import { describe, expect, it } from '@jest/globals';
import { Scenario } from '../testing/index.js';
import { command, defineSaga, step } from './define.js';
import { isOpen } from './instance.js';

describe('a fault for which the step plans pauses', () => {
  const working = (deadlineMs: number) => {
    const work = step('WORK', {
      do: command('work', 'work.do', () => ({})),
      noUndo: 'nothing was done',
      pausesMs: { BUSY: [1_000, 2_000] },
      attemptsMax: 2,
      replyTimeoutMs: 500,
      deadlineMs,
    });
    const busy = defineSaga({ name: 'busy', version: 1, deadlineMs: 60_000, steps: [work] });
    return new Scenario(busy, { input: {} });
  };
  const wokenAfterMs = (scenario: ReturnType<typeof working>) => {
    const beganMs = scenario.nowMs;
    scenario.wake();
    return scenario.nowMs - beganMs;
  };

  it('is tried again after each of them, and uses up no attempt', () => {
    const scenario = working(30_000);
    scenario.fault('BUSY');
    expect(wokenAfterMs(scenario)).toBe(1_000);
    scenario.fault('BROKEN');
    scenario.wake();
    scenario.fault('BUSY');
    expect(wokenAfterMs(scenario)).toBe(2_000);
    expect(isOpen(scenario.instance)).toBe(true);
    scenario.fault('BROKEN');
    expect(scenario.instance.phase).toBe('undone');
  });

  it('is unknown after the last of them', () => {
    const scenario = working(30_000);
    for (const pauseMs of [1_000, 2_000]) {
      scenario.fault('BUSY');
      expect(wokenAfterMs(scenario)).toBe(pauseMs);
    }
    scenario.fault('BUSY');
    expect(scenario.instance).toMatchObject({ phase: 'undone', failure: { code: 'BUSY' } });
  });

  it('is not tried again past the deadline of the step, or when a retry cannot help', () => {
    const late = working(2_500);
    late.fault('BUSY');
    late.wake();
    late.fault('BUSY');
    expect(late.instance.phase).toBe('undone');
    const pointless = working(30_000);
    pointless.fault('BUSY', false);
    expect(pointless.instance.phase).toBe('undone');
  });
});
