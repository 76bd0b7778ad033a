import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ServerRestarter } from './server-restarter.js';

describe('a private server that dies', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function restarting(start: () => Promise<void>) {
    const said: string[] = [];
    const stop = jest.fn(async () => undefined);
    const restarter = new ServerRestarter('RabbitMQ', (line) => said.push(line));
    return { said, stop, restarter, end: restarter.watch({ start, stop }) };
  }

  it('is started again, with growing pauses, and both are said', async () => {
    const start = jest.fn<() => Promise<void>>();
    start.mockRejectedValueOnce(new Error('ended with code 1')).mockResolvedValue();
    const { restarter, said } = restarting(start);
    restarter.onDeath('ended with SIGKILL');
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
    const { restarter, end, stop } = restarting(start);
    restarter.onDeath('ended with SIGKILL');
    await end();
    restarter.onDeath('ended with SIGKILL');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(start).not.toHaveBeenCalled();
    expect(stop).toHaveBeenCalledTimes(1);
  });
});
