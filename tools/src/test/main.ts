/** `npm test` and `npm run proof`, after the bootstrap: their stages, on servers of their own. */
import { findChromium, NoBrowser } from '../browser/find-chromium.js';
import { exitWith, Interrupted, interruptibly } from '../commands/interruptible.js';
import { endPrograms } from '../commands/run-program.js';
import { NoServer } from '../servers/find-servers.js';
import { projectRoot } from '../servers/project.js';
import { runCommand } from '../servers/run-command.js';
import { endRunningTests } from './run-jest.js';
import { runStage } from './run-stage.js';
import { chosenStages, type Stage } from './stages.js';
import { lastLine, slowestFiles, stageLine, sum } from './summary.js';
import type { Count, StageResult } from './summary.js';
import { TestServers } from './test-servers.js';

const say = (line: string) => console.log(`test   ${line}`);

interface Outcome extends StageResult {
  stage: Stage;
  durationMs: number;
}

/** Runs them one after the other, except one that runs beside the next one. */
async function runAll(stages: readonly Stage[], servers: TestServers): Promise<Outcome[]> {
  const outcomes: Promise<Outcome>[] = [];
  let env: NodeJS.ProcessEnv | undefined;
  let browser: NodeJS.ProcessEnv | undefined;
  for (const stage of stages) {
    console.log(`\n=== ${stage.title}`);
    if (stage.kind !== 'check' && stage.needsServers) env ??= await servers.start();
    if (stage.kind === 'jest' && stage.needsBrowser) {
      browser ??= { CHROMIUM: await findChromium(say) };
    }
    const given = { ...process.env, ...env, ...browser };
    const outcome = runOne(stage, given, servers.folder);
    outcomes.push(outcome);
    if (stage.kind !== 'proof' || !stage.isBeside) await outcome;
    else void outcome.catch(() => undefined); // it is asked for at the end
  }
  return Promise.all(outcomes);
}

async function runOne(stage: Stage, env: NodeJS.ProcessEnv, folder: string): Promise<Outcome> {
  const startedAtMs = performance.now();
  const result = await runStage(stage, env, folder);
  const outcome = { ...result, stage, durationMs: performance.now() - startedAtMs };
  console.log(stageLine(stage.title, outcome.count, outcome.durationMs));
  return outcome;
}

function tellSummary(outcomes: readonly Outcome[], tookMs: number): Count {
  console.log('\n=== Summary');
  for (const { stage, count, durationMs } of outcomes) {
    console.log(stageLine(stage.title, count, durationMs));
  }
  const slowest = slowestFiles(outcomes.flatMap(({ files }) => files));
  if (slowest.length > 0) console.log(['\n=== The slowest test files', ...slowest].join('\n'));
  console.log(`\nall stages took ${(tookMs / 60_000).toFixed(1)} minutes`);
  return sum(outcomes.map(({ count }) => count));
}

async function main(): Promise<number> {
  const stages = chosenStages(process.argv.slice(2), await commitId());
  let total: Count = { passed: 0, failed: 1 };
  try {
    total = await interruptibly(say, async ({ cleanup }) => {
      const servers = new TestServers(say);
      cleanup.add('the servers', () => servers.stop());
      cleanup.add('what a proof started', endPrograms);
      cleanup.add('the tests', endRunningTests);
      await servers.sweep();
      const startedAtMs = performance.now();
      const outcomes = await runAll(stages, servers);
      return tellSummary(outcomes, performance.now() - startedAtMs);
    });
  } catch (error) {
    const expected = [NoServer, NoBrowser, Interrupted];
    const isExpected = expected.some((kind) => error instanceof kind);
    console.error(isExpected ? (error as Error).message : error);
  }
  console.log(lastLine(total));
  return total.failed === 0 ? 0 : 1;
}

/** Empty where the project is no git repository. */
async function commitId(): Promise<string> {
  const { code, output } = await runCommand('git', ['rev-parse', 'HEAD'], { cwd: projectRoot() });
  return code === 0 ? output.trim() : '';
}

exitWith(main(), { failed: 1, expected: [] });
