/** `pnpm drill`. */
import { setMaxListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { Cleanup } from '@backstitch/tools';
import { drill } from './drill.js';
import { CLUSTER_FAULTS } from './faults/cluster-faults.js';
import { ALL_FAULTS } from './faults/registry.js';
import { drillOptions } from './options.js';
import { markdown, verdictLine } from './report/markdown.js';
import { Workplace } from './site/workplace.js';

const [CLEAN, BREACH, COULD_NOT_RUN] = [0, 1, 2];

class Interrupted extends Error {}

const startedMs = performance.now();
const say = (line: string): void => {
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6);
  console.error(`drill ${seconds} s  ${line}`);
};

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  const options = drillOptions(words, ALL_FAULTS, CLUSTER_FAULTS);
  say(`seed ${options.seed}`);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every wait of every fault listens
  const cleanup = new Cleanup(say);
  listenForSignals(stop);
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason as Error));
  });
  const sayWhileItRuns = (line: string): void => {
    if (!stop.signal.aborted) say(line);
  };
  const workplace = new Workplace(options.keep);
  cleanup.add("the drill's folder", () => workplace.leave(say));
  const command = { options, words, cleanup, workplace, stopping: stop.signal };
  const work = drill({ ...command, say: sayWhileItRuns });
  work.catch(() => undefined); // what fails because it is being stopped is no news
  try {
    // Whatever it is doing when it is to stop, it is not waited for.
    const report = await Promise.race([work, stopped]);
    const text = markdown(report);
    console.log(text); // whatever becomes of the files
    if (options.report !== undefined) writeFileSync(options.report, text);
    if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(report, null, 2));
    say(verdictLine(report));
    return report.breaches.length === 0 ? CLEAN : BREACH;
  } catch (error) {
    workplace.keepLogs = !(error instanceof Interrupted);
    console.error(error instanceof Interrupted ? `\n${error.message}\n` : error);
    return COULD_NOT_RUN;
  } finally {
    stop.abort(new Interrupted('the drill is over')); // nothing new is started any more
    say('cleaning up');
    await cleanup.run();
  }
}

/**
 * The first Ctrl-C cleans up, a second one leaves at once: what we started is killed, data may stay.
 * A bug of the drill's own cleans up too, and is not taken for a breach.
 */
function listenForSignals(stop: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort(new Interrupted(`stopped by ${signal}`));
    });
  }
  process.on('uncaughtException', (error) => {
    if (stop.signal.aborted) say(`amid the cleaning up: ${error.message}`);
    else stop.abort(error);
  });
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    // It has said itself what is wrong with the words.
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? CLEAN : COULD_NOT_RUN);
    console.error(error);
    process.exit(COULD_NOT_RUN);
  },
);
