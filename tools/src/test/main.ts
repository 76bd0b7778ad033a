/** `npm test`, after the bootstrap: house checks, then every test, on servers of its own. */
import { NoServer } from '../servers/find-servers.js';
import { endRunningProof } from './run-proof.js';
import { endRunningTests } from './run-jest.js';
import { runStage } from './run-stage.js';
import { chosenStages, type Stage } from './stages.js';
import { lastLine, stageLine, sum, type Count } from './summary.js';
import { TestServers } from './test-servers.js';

const say = (line: string) => console.log(`test   ${line}`);

interface Outcome {
  stage: Stage;
  count: Count;
  durationMs: number;
}

async function runAll(stages: readonly Stage[], servers: TestServers): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let env: NodeJS.ProcessEnv | undefined;
  for (const stage of stages) {
    console.log(`\n=== ${stage.title}`);
    if (stage.kind !== 'check' && stage.needsServers) env ??= await servers.start();
    const startedAtMs = performance.now();
    const count = await runStage(stage, { ...process.env, ...env }, servers.folder);
    const outcome = { stage, count, durationMs: performance.now() - startedAtMs };
    console.log(stageLine(stage.title, count, outcome.durationMs));
    outcomes.push(outcome);
  }
  return outcomes;
}

function tellSummary(outcomes: readonly Outcome[]): Count {
  console.log('\n=== Summary');
  for (const { stage, count, durationMs } of outcomes) {
    console.log(stageLine(stage.title, count, durationMs));
  }
  return sum(outcomes.map(({ count }) => count));
}

async function main(): Promise<number> {
  const stages = chosenStages(process.argv.slice(2));
  if ('wrong' in stages) {
    console.error(stages.wrong);
    return 1;
  }
  const servers = new TestServers(say);
  let total: Count = { passed: 0, failed: 1 };
  const work = servers.sweep().then(() => runAll(stages, servers));
  try {
    total = tellSummary(await Promise.race([work, interrupted()]));
  } catch (error) {
    console.error(
      error instanceof NoServer || error instanceof Interrupted ? error.message : error,
    );
  } finally {
    endRunningTests();
    await endRunningProof();
    await servers.stop();
  }
  console.log(lastLine(total));
  return total.failed === 0 ? 0 : 1;
}

class Interrupted extends Error {}

function interrupted(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => reject(new Interrupted(`\nstopped by ${signal}`)));
    }
  });
}

process.exit(await main());
