import { describe, expect, it } from '@jest/globals';
import { createLoggerTo } from './logger.js';
import { drain, type DrainStep } from './shutdown.js';

function draining(steps: DrainStep[], deadlineMs = 5_000) {
  const lines: string[] = [];
  const logger = createLoggerTo({ write: (line) => void lines.push(line) }, 'test', 'info');
  const code = drain({ logger, begin: () => undefined, steps: () => steps, deadlineMs });
  return { code, lines };
}

describe('drain', () => {
  it('runs the steps one after another and ends with 0', async () => {
    const seen: string[] = [];
    const step = (name: string): DrainStep => ({
      name,
      run: async () => {
        seen.push(`${name} begins`);
        await Promise.resolve();
        seen.push(`${name} ends`);
      },
    });
    expect(await draining([step('a'), step('b')]).code).toBe(0);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('goes on after a step that fails, names it and ends with 1', async () => {
    let closed = false;
    const { code, lines } = draining([
      { name: 'broker', run: () => Promise.reject(new Error('gone')) },
      { name: 'database', run: async () => void (closed = true) },
    ]);
    expect(await code).toBe(1);
    expect(closed).toBe(true);
    expect(lines.join()).toContain('"step":"broker"');
  });

  it('gives up on a step that hangs, names it and ends with 1', async () => {
    const { code, lines } = draining([{ name: 'http', run: () => new Promise(() => {}) }], 20);
    expect(await code).toBe(1);
    expect(lines.join()).toContain('"step":"http"');
  });
});
