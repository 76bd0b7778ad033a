import { setMaxListeners } from 'node:events';
import { CommanderError } from 'commander';
import { Cleanup } from '../servers/cleanup.js';

/** The command was stopped by a signal, or is over. */
export class Interrupted extends Error {}

/** What a command works with while it may be interrupted. */
export interface Interruptible {
  cleanup: Cleanup;
  /** Aborted when the command is to end at once; a process that dies unasked may abort it, too. */
  stop: AbortController;
}

/**
 * Does the work of a command until it is done, or until a signal or a bug stops it; cleans up in any
 * case. The first Ctrl-C cleans up, a second one exits at once: what was started is killed, data may stay.
 */
export async function interruptibly<Result>(
  say: (line: string) => void,
  work: (command: Interruptible) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every wait of every part listens
  const cleanup = new Cleanup(say);
  listen(stop, say);
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason as Error));
  });
  stopped.catch(() => undefined);
  const working = work({ cleanup, stop });
  working.catch(() => undefined); // what fails because it is being stopped is no news
  try {
    // Work that is to stop is not waited for.
    return await Promise.race([working, stopped]);
  } finally {
    stop.abort(new Interrupted('the command is over')); // nothing new is started any more
    say('cleaning up');
    await cleanup.run();
  }
}

function listen(stop: AbortController, say: (line: string) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort(new Interrupted(`stopped by ${signal}`));
    });
  }
  process.on('uncaughtException', (error) => {
    if (stop.signal.aborted) say(`while cleaning up: ${error.message}`);
    else stop.abort(error);
  });
}

type ErrorClass = new (...parameters: never[]) => Error;

/**
 * Ends this program with the exit code of its command. An expected error is told by its message alone;
 * commander has told by itself what is wrong with the words.
 */
export function exitWith(
  command: Promise<number>,
  {
    failed,
    interrupted = failed,
    expected,
  }: { failed: number; interrupted?: number; expected: readonly ErrorClass[] },
): void {
  command.then(
    (exitCode) => process.exit(exitCode),
    (error: Error) => {
      if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : failed);
      const isExpected = [...expected, Interrupted].some((kind) => error instanceof kind);
      console.error(isExpected ? `\n${error.message}\n` : error);
      process.exit(error instanceof Interrupted ? interrupted : failed);
    },
  );
}
