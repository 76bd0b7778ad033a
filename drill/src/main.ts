/** `pnpm drill`. */
import { writeFileSync } from 'node:fs';
import { exitWith, Interrupted, interruptibly } from '@backstitch/tools';
import { drill } from './drill.js';
import { CLUSTER_FAULTS } from './faults/cluster-faults.js';
import { ALL_FAULTS } from './faults/registry.js';
import { type DrillOptions, drillOptions } from './options.js';
import { markdown, verdictLine } from './report/markdown.js';
import type { Report } from './report/report-data.js';
import { Workplace } from './site/workplace.js';

const [CLEAN, BREACH, COULD_NOT_RUN] = [0, 1, 2];

const startedMs = performance.now();
const say = (line: string): void => {
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6);
  console.error(`drill ${seconds} s  ${line}`);
};

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  const options = drillOptions(words, ALL_FAULTS, CLUSTER_FAULTS);
  say(`seed ${options.seed}`);
  const report = await interruptibly(say, async ({ cleanup, stop: { signal: stopping } }) => {
    const workplace = new Workplace(options.keep);
    cleanup.add("the drill's folder", () => {
      // A bug stopped it: the logs may tell why.
      if (stopping.reason && !(stopping.reason instanceof Interrupted)) workplace.keepLogs = true;
      return workplace.leave(say);
    });
    const sayWhileItRuns = (line: string): void => {
      if (!stopping.aborted) say(line);
    };
    try {
      const command = { options, words, cleanup, workplace, stopping, say: sayWhileItRuns };
      const found = await drill(command);
      write(found, options);
      return found;
    } catch (error) {
      if (!stopping.aborted) workplace.keepLogs = true;
      throw error;
    }
  });
  return report.breaches.length === 0 ? CLEAN : BREACH;
}

function write(report: Report, options: DrillOptions): void {
  const text = markdown(report);
  console.log(text); // whatever becomes of the files
  if (options.report !== undefined) writeFileSync(options.report, text);
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(report, null, 2));
  say(verdictLine(report));
}

exitWith(main(), { failed: COULD_NOT_RUN, expected: [] });
