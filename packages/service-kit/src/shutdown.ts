import type { Logger } from './logger.js';

/** One thing to let finish and close. Steps run in order; a failing one does not stop the next. */
export interface DrainStep {
  name: string;
  run: () => Promise<void>;
}

export interface ShutdownOptions {
  logger: Logger;
  /** Called at once, when work is still taken in. */
  announce?: () => void;
  /** Between the two; a second signal cuts it short [0]. */
  delayMs?: number;
  /** Called before the first step. */
  begin: () => void;
  steps: () => readonly DrainStep[];
  /** For all steps together. */
  deadlineMs: number;
  exit?: (code: number) => void;
}

/**
 * SIGTERM and SIGINT: report not ready, wait until senders notice it, drain in order and exit
 * with 0, or with 1 when a step failed or the deadline passed. A further signal ends the wait; one
 * more exits at once. An error that is not caught: logged, exit 1.
 */
export function exitInOrder(options: ShutdownOptions): void {
  const { logger, delayMs = 0, exit = (code) => process.exit(code) } = options;
  let isAsked = false;
  let waiting: NodeJS.Timeout | undefined;
  const begin = () => {
    waiting = undefined;
    options.begin();
    void drain(options).then(exit);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (!isAsked) {
      isAsked = true;
      logger.info({ signal, delayMs }, 'shutting down');
      options.announce?.();
      if (delayMs > 0) waiting = setTimeout(begin, delayMs);
      else begin();
    } else if (waiting) {
      logger.warn({ signal }, 'a second signal: closing now');
      clearTimeout(waiting);
      begin();
    } else {
      logger.warn({ signal }, 'a second signal: exiting at once');
      exit(1);
    }
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  exitWhenBroken(logger, exit);
}

/** The state after an uncaught error is not known; the next process starts from a known one. */
export function exitWhenBroken(
  logger: Logger,
  exit: (code: number) => void = (code) => process.exit(code),
): void {
  const onFatal = (kind: string) => (error: unknown) => {
    logger.fatal({ err: error, kind }, 'an uncaught error');
    exit(1);
  };
  process.on('uncaughtException', onFatal('uncaughtException'));
  process.on('unhandledRejection', onFatal('unhandledRejection'));
}

/** Runs the steps within the deadline; the exit code says whether all ended well. */
export async function drain({ logger, steps, deadlineMs }: ShutdownOptions): Promise<number> {
  let running = 'nothing';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => {
      logger.error({ step: running, deadlineMs }, 'the shutdown took too long');
      resolve(1);
    }, deadlineMs);
  });
  const inOrder = async () => {
    let code = 0;
    for (const { name, run } of steps()) {
      running = name;
      try {
        await run();
      } catch (error) {
        code = 1;
        logger.error({ err: error, step: name }, 'a step of the shutdown failed');
      }
    }
    return code;
  };
  const code = await Promise.race([inOrder(), late]);
  clearTimeout(timer);
  if (code === 0) logger.info('shut down in order');
  return code;
}
