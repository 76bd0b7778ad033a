import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ServerGuard } from './server-guard.js';

describe('a private server that dies', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function guarded(start: () => Promise<void>) {
    const said: string[] = [];
    const stop = jest.fn(async () => undefined);
    const guard = new ServerGuard('RabbitMQ', (line) => said.push(line));
    return { said, stop, guard, end: guard.watch({ start, stop }) };
  }

  it('is started again, with growing pauses, and both are said', async () => {
    const start = jest.fn<() => Promise<void>>();
    start.mockRejectedValueOnce(new Error('ended with code 1')).mockResolvedValue();
    const { guard, said } = guarded(start);
    guard.onDeath('ended with SIGKILL');
    await jest.advanceTimersByTimeAsync(500);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(said).toEqual([
      'RabbitMQ ended with SIGKILL; restarting it in 0.5 s',
      'RabbitMQ ended with code 1; restarting it in 1 s',
      'RabbitMQ is back',
    ]);
  });

  it('stays dead once everything is being stopped', async () => {
    const start = jest.fn<() => Promise<void>>().mockResolvedValue();
    const { guard, end, stop } = guarded(start);
    guard.onDeath('ended with SIGKILL');
    await end();
    guard.onDeath('ended with SIGKILL');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(start).not.toHaveBeenCalled();
    expect(stop).toHaveBeenCalledTimes(1);
  });
});
