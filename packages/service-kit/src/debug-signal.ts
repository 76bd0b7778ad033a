import type { Logger } from 'pino';

/** The loggers of this process, and the level that each has by its configuration. */
const levels = new Map<Logger, string>();

/**
 * SIGUSR2 makes this logger say everything down to debug, and the next one as much as before: to
 * inspect a process without a restart, which would take away what there is to see.
 */
export function toggleDebugOnSignal(logger: Logger): void {
  if (levels.size === 0) process.on('SIGUSR2', toggle);
  levels.set(logger, logger.level);
}

function toggle(): void {
  for (const [logger, usual] of levels) {
    if (logger.level === usual) {
      logger.level = 'debug';
      logger.info('SIGUSR2: the log level is debug until the next SIGUSR2');
    } else {
      logger.info({ level: usual }, 'SIGUSR2: the log level is as configured');
      logger.level = usual;
    }
  }
}
