import type { Logger } from 'pino';

/** The loggers that leave out what an untroubled checkout says on its way. */
const brief = new WeakSet<Logger>();

/** From now on lines that are routine are debug lines of this logger. */
export function leaveOutRoutine(logger: Logger): void {
  brief.add(logger);
}

/**
 * A line that says no more than that all went as usual. It is an info line, unless LOG_LEVEL is
 * notice.
 */
export function logRoutine(logger: Logger, fields: object, message: string): void {
  if (brief.has(logger)) logger.debug(fields, message);
  else logger.info(fields, message);
}
