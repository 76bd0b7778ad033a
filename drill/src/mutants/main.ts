/** `pnpm mutants`: a proof that the tests can fail. */
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cleanup, endPrograms, exitWith, interruptibly, projectRoot } from '@backstitch/tools';
import { startServers } from '../site/servers.js';
import { readMutants } from './mutant.js';
import { mutantsProblems, mutantsTable } from './mutants-report.js';
import { mutantsOptions } from './options.js';
import { runMutants } from './run-mutants.js';

const [ALL_KILLED, NOT_ALL, COULD_NOT_RUN] = [0, 1, 2];

const startedAtMs = performance.now();
const say = (line: string): void => {
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1).padStart(6);
  console.error(`mutants ${seconds} s  ${line}`);
};

async function main(): Promise<number> {
  const all = readMutants(join(projectRoot(), 'drill/mutants'));
  const options = mutantsOptions(process.argv.slice(2), all);
  const result = await interruptibly(say, async ({ cleanup }) => {
    const folder = mkdtempSync(join(tmpdir(), 'backstitch-mutants-'));
    cleanup.add('the copies', () => rm(folder, { recursive: true, force: true }));
    const needServers = options.kinds.has('integration');
    const env = { ...process.env, ...(needServers ? await testServers(folder, cleanup) : {}) };
    cleanup.add('what they run', endPrograms);
    return runMutants({ ...options, project: projectRoot(), folder, env, say });
  });
  const table = mutantsTable(result);
  const problems = mutantsProblems(result);
  if (options.report !== undefined) writeFileSync(options.report, `${table}\n`);
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(result, null, 2));
  console.log(table);
  for (const problem of problems) console.log(`! ${problem}`);
  say(`${result.outcomes.length} mutants, ${problems.length} problems`);
  return problems.length === 0 ? ALL_KILLED : NOT_ALL;
}

/** Those of the environment, as the tests know them, or ones of our own. */
async function testServers(folder: string, cleanup: Cleanup): Promise<NodeJS.ProcessEnv> {
  if (process.env.TEST_POSTGRES_URL && process.env.TEST_RABBITMQ_URL) return {};
  say('starting a PostgreSQL and a RabbitMQ');
  chmodSync(folder, 0o711); // PostgreSQL's own account must pass
  const workplace = { folder, keepData: false };
  const { postgres, brokers } = await startServers({ workplace, cleanup });
  return {
    TEST_POSTGRES_URL: postgres.url,
    TEST_RABBITMQ_URL: brokers[0]!.url,
    TEST_RABBITMQ_MANAGEMENT_URL: brokers[0]!.managementUrl,
  };
}

exitWith(main(), { failed: COULD_NOT_RUN, expected: [] });
