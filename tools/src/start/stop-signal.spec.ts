import { describe, expect, it } from '@jest/globals';
import { startOptions } from './start-options.js';
import { StopSignal } from './stop-signal.js';

describe('Ctrl-C', () => {
  it('stops; the same one handed on by npm changes nothing; another one hurries', async () => {
    let nowMs = 1_000;
    let hurried = false;
    const signal = new StopSignal(() => nowMs);
    void signal.hurried.then(() => (hurried = true));
    signal.take('SIGINT');
    expect(await signal.first).toBe('SIGINT');
    nowMs += 300;
    signal.take('SIGINT');
    await Promise.resolve();
    expect(hurried).toBe(false);
    nowMs += 1_000;
    signal.take('SIGTERM');
    await signal.hurried;
    expect(hurried).toBe(true);
  });
});

describe('the options of npm start', () => {
  it('are few, and a wrong one is told with the right ones', () => {
    expect(startOptions([])).toEqual({ fresh: false, help: false });
    expect(startOptions(['--fresh'])).toEqual({ fresh: true, help: false });
    expect(startOptions(['--frsh'])).toEqual({ wrong: expect.stringMatching(/--frsh[^]*--fresh/) });
  });
});
