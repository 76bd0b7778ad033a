import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from './config/app-config.js';
import { withoutSecrets } from './config/without-secrets.js';
import { LogWriter } from './log-writer.js';

export type { Logger } from 'pino';

/**
 * The app's logger: JSON lines through a buffered asynchronous writer that is flushed when the
 * process exits; on a terminal, lines for people. Every line carries the app's name.
 */
export function createLogger({ app, level }: { app: string; level: LogLevel }): Logger {
  if (process.stdout.isTTY) {
    const forPeople = pretty({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l', sync: true });
    return pino(loggerOptions(app, level), forPeople);
  }
  const writer = new LogWriter(process.stdout.fd);
  process.once('exit', () => writer.flushSync());
  return pino(loggerOptions(app, level), writer);
}

/** A logger that writes to a stream of its own, for tests that read what was logged. */
export function createLoggerTo(stream: DestinationStream, app: string, level: LogLevel): Logger {
  return pino(loggerOptions(app, level), stream);
}

function loggerOptions(app: string, level: LogLevel): LoggerOptions {
  return {
    level,
    base: { app },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Whatever is logged, an error of a library too, may name an address with its password.
    hooks: { streamWrite: withoutSecrets },
  };
}
