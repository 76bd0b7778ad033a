import { describe, expect, it } from '@jest/globals';
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
