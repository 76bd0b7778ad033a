import { createRequire } from 'node:module';
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import type pretty from 'pino-pretty';
import { BUILD } from './build.js';
import type { LogLevel } from './config/app-config.js';
import { withoutSecrets } from './config/without-secrets.js';
import { toggleDebugOnSignal } from './debug-signal.js';
import { INSTANCE_ID } from './instance-id.js';
import { LogWriter } from './log-writer.js';
import { leaveOutRoutine } from './routine-lines.js';

export type { Logger } from 'pino';

/**
 * The app's logger: JSON lines through a buffered asynchronous writer that is flushed when the
 * process exits; on a terminal, lines for people. Every line carries the app's name, the instance
 * and its version. SIGUSR2 turns debug on and off.
 */
export function createLogger({ app, level }: { app: string; level: LogLevel }): Logger {
  const logger = made(destination(), app, level);
  toggleDebugOnSignal(logger);
  return logger;
}

function destination(): DestinationStream {
  if (process.stdout.isTTY) {
    const ignore = 'pid,hostname,instance,version';
    const forPeople = createRequire(import.meta.url)('pino-pretty') as typeof pretty;
    return forPeople({ ignore, translateTime: 'HH:MM:ss.l', sync: true });
  }
  const writer = new LogWriter(process.stdout.fd);
  process.once('exit', () => writer.flushSync());
  return writer;
}

/** A logger that writes to a stream of its own, for tests that read what was logged. */
export function createLoggerTo(stream: DestinationStream, app: string, level: LogLevel): Logger {
  return made(stream, app, level);
}

function made(stream: DestinationStream, app: string, level: LogLevel): Logger {
  const logger = pino(loggerOptions(app, level), stream);
  if (level === 'notice') leaveOutRoutine(logger);
  return logger;
}

function loggerOptions(app: string, level: LogLevel): LoggerOptions {
  return {
    // Its lines are info lines, but for those that are left out.
    level: level === 'notice' ? 'info' : level,
    base: { app, instance: INSTANCE_ID, version: BUILD.version },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Whatever is logged, an error of a library too, may name an address with its password.
    hooks: { streamWrite: withoutSecrets },
  };
}
