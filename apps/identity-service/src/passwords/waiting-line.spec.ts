import { describe, expect, it } from '@jest/globals';
import { LineFull, WaitingLine } from './waiting-line.js';

/** Pieces of work that end when the test lets them. */
function pieces() {
  const started: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => void started.push(resolve));
  return { started, work };
}

describe('a waiting line', () => {
  it('runs two at once, lets 32 wait, and refuses the 35th', async () => {
    const line = new WaitingLine(2, 32);
    const { started, work } = pieces();
    const all = Array.from({ length: 34 }, () => line.run(work));
    await expect(line.run(work)).rejects.toThrow(LineFull);
    for (let done = 0; done < 34; done += 1) {
      await Promise.resolve();
      expect(started.length).toBeLessThanOrEqual(done + 2);
      started[done]!();
      await all[done];
    }
    expect(started).toHaveLength(34);
  });

  it('goes on after work that failed', async () => {
    const line = new WaitingLine(1, 1);
    const fails = () => Promise.reject(new Error('no'));
    await expect(line.run(fails)).rejects.toThrow('no');
    await expect(line.run(() => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});
