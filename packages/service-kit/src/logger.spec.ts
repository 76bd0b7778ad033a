import { describe, expect, it } from '@jest/globals';
import { BUILD } from './build.js';
import { logged } from './command-log.js';
import type { LogLevel } from './config/app-config.js';
import { INSTANCE_ID } from './instance-id.js';
import { createLogger, createLoggerTo } from './logger.js';
import { logRoutine } from './routine-lines.js';

const recorded = (level: LogLevel) => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { lines, logger: createLoggerTo({ write }, 'shop', level) };
};

describe('a line of the log', () => {
  it('carries the app, the instance that said it, and its version', () => {
    const { lines, logger } = recorded('info');
    logger.info({ orderId: 'o' }, 'hello');
    expect(INSTANCE_ID).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines).toMatchObject([
      { app: 'shop', instance: INSTANCE_ID, version: BUILD.version, orderId: 'o', msg: 'hello' },
    ]);
  });

  it('that is routine is said at info, and left out at notice, where every other one stays', async () => {
    const said = async (level: LogLevel) => {
      const { lines, logger } = recorded(level);
      const command = { pattern: 'order.create', orderId: 'o', saga: undefined };
      await logged(logger, command, async () => 'done');
      logRoutine(logger, {}, 'routine');
      logger.info({}, 'info');
      logger.warn({}, 'warn');
      return lines.map(({ msg }) => msg);
    };
    expect(await said('debug')).toEqual(['order.create', 'routine', 'info', 'warn']);
    expect(await said('info')).toEqual(['order.create', 'routine', 'info', 'warn']);
    expect(await said('notice')).toEqual(['info', 'warn']);
    expect(await said('warn')).toEqual(['warn']);
  });
});

describe('SIGUSR2', () => {
  it('turns debug on, and the next one turns it off', () => {
    const logger = createLogger({ app: 'shop', level: 'silent' });
    const signal = () => process.emit('SIGUSR2', 'SIGUSR2');
    // Not to be heard here: the level is what counts.
    logger.level = 'silent';
    signal();
    expect(logger.level).toBe('debug');
    signal();
    expect(logger.level).toBe('silent');
  });
});
