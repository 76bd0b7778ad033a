/** `pnpm bench`. */
import { CommanderError } from 'commander';
import { AppCommandFailed, Cleanup } from '@backstitch/tools';
import { bench } from './bench.js';
import { CannotMeasure } from './errors.js';
import { benchOptions } from './options.js';
import { profile } from './profile/profile.js';

class Interrupted extends Error {}

const say = (line: string) => console.error(`bench  ${line}`);

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2));
  const stop = new AbortController();
  const cleanup = new Cleanup(say);
  listenForSignals(stop);
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason as Error));
  });
  const command = { options, say, stop, cleanup, env: process.env };
  const work = options.profile ? profile(command, options.profile) : bench(command);
  work.catch(() => undefined); // what fails because it is being stopped is no news
  try {
    // Whatever it is doing when it is to stop, it is not waited for.
    const wrong = (await Promise.race([work, stopped])) ?? [];
    return wrong.length > 0 ? 1 : 0;
  } catch (error) {
    tell(error);
    return error instanceof Interrupted ? 130 : 1;
  } finally {
    stop.abort(); // nothing new is started any more
    say('cleaning up');
    await cleanup.run();
  }
}

/** The first Ctrl-C cleans up, a second one leaves at once: what we started is killed, data may stay. */
function listenForSignals(stop: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort(new Interrupted(`stopped by ${signal}`));
    });
  }
}

function tell(error: unknown): void {
  const expected = [CannotMeasure, AppCommandFailed, Interrupted].some(
    (kind) => error instanceof kind,
  );
  console.error(expected ? `\n${(error as Error).message}\n` : error);
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    if (error instanceof CommanderError) process.exit(error.exitCode); // it has said why itself
    tell(error);
    process.exit(1);
  },
);
