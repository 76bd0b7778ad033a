import { readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runProgram } from '@backstitch/tools';
import type { Killer } from './mutant.js';

/** What became of running a killer. */
export type KillerResult =
  /** It failed, and these are the tests or promises that say so. */
  | { readonly kind: 'killed'; readonly by: readonly string[] }
  | { readonly kind: 'passed' }
  /** It came to no verdict: nothing is killed by a test that cannot be loaded, or that hangs. */
  | { readonly kind: 'no verdict'; readonly why: string };

export interface KillerPlace {
  readonly folder: string;
  /** Where the tests find their servers. */
  readonly env: NodeJS.ProcessEnv;
}

/** Without the protection, a test may wait until its limit, half a minute each time. */
const LIMIT_MS = 15 * 60_000;
/** A drill waits eight minutes at most for sagas that do not end; that is then the breach. */
const DRILL_LIMIT_MS = 15 * 60_000;
/** The same seed for every mutant, so that results can be repeated. */
const SIMULATION = ['--no-kept', '--no-shrink', '--runs', '20000', '--seed', '1'];
const SIMULATOR = 'packages/saga-engine/dist/testing/simulation/main.js';
const SIMULATED = 'apps/orchestrator/dist/testing/shop/simulation.js';
const JEST = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
const TOLD_MAX = 5;
/** The same breach of many orders is reported once. */
const IDS = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What is run for `Killer: <kind> <what>`: which saga, which tests, or which faults. */
export function runKiller({ kind, what }: Killer, place: KillerPlace): Promise<KillerResult> {
  if (kind === 'drill') return runDrill(what, place);
  if (kind === 'simulation' && what === 'checkout') return runSimulation(place);
  return runJest(kind === 'integration' ? 'integration' : 'pure', what, place);
}

async function runSimulation({ folder, env }: KillerPlace): Promise<KillerResult> {
  const words = [SIMULATOR, SIMULATED, ...SIMULATION];
  const { code, output } = await node(words, folder, env);
  if (code === 0) return { kind: 'passed' };
  const broken = output.split('\n').flatMap((line) => (line.startsWith('! ') ? line.slice(2) : []));
  return broken.length > 0 ? killed(broken) : noVerdict(code, output);
}

interface JestReport {
  readonly testResults: readonly Suite[];
}

interface Suite {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly TestResult[];
}

interface TestResult {
  readonly status: string;
  readonly fullName: string;
  readonly failureMessages: readonly string[];
}

/** `what` is tests, with ` | ` and a pattern of their names behind it where not all count. */
async function runJest(
  project: 'pure' | 'integration',
  what: string,
  { folder, env }: KillerPlace,
): Promise<KillerResult> {
  const [files = '', names] = what.split(' | ');
  const file = join(folder, 'mutants-jest.json');
  await rm(file, { force: true });
  // A test that fails may leave something open.
  const words = ['--selectProjects', project, '--forceExit', '--json', '--outputFile', file];
  const chosen = names === undefined ? [] : ['--testNamePattern', names];
  const tests = ['--testPathPatterns', ...files.split(' ').map(testPattern)];
  const { code, output } = await node([...JEST, ...words, ...chosen, ...tests], folder, env);
  const report = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as JestReport,
    () => undefined,
  );
  const tried = report?.testResults.flatMap((one) => one.assertionResults) ?? [];
  const failed = tried.filter(({ status }) => status === 'failed');
  if (failed.length > 0) return killed(failed.map(failureOf));
  const afterwards = report?.testResults.filter(brokeAfterwards) ?? [];
  if (afterwards.length > 0) return killed(afterwards.map((one) => endOf(one, folder)));
  if (code === 0 && tried.some(({ status }) => status === 'passed')) return { kind: 'passed' };
  return noVerdict(code, output);
}

/** `workspace:name` is every test file of the workspace whose path below src ends so. */
export function testPattern(files: string): string {
  const [workspace = '', name = ''] = files.split(':');
  return `/${workspace}/src/(.*/)?${name.replaceAll('.', '\\.')}`;
}

/** All tests passed, and what was checked when they were done did not hold. */
function brokeAfterwards({ status, assertionResults }: Suite): boolean {
  return status === 'failed' && assertionResults.some((one) => one.status === 'passed');
}

function endOf({ name, message }: Suite, folder: string): string {
  const why = message.split('\n').filter((line) => /expect|Expected|Received/.test(line));
  return `${relative(folder, name)}, at its end: ${why.join(' ').replace(/\s+/g, ' ').trim()}`;
}

/** A test's name and, where it simulates, the promise that was broken. */
function failureOf({ fullName, failureMessages }: TestResult): string {
  const promise = /^\s*! (.*)$/m.exec(failureMessages.join('\n'))?.[1];
  return promise === undefined ? fullName : `${fullName}: ${promise}`;
}

async function runDrill(what: string, { folder, env }: KillerPlace): Promise<KillerResult> {
  const file = join(folder, 'mutants-drill.json');
  await rm(file, { force: true });
  const words = ['drill/dist/main.js', ...what.split(' '), '--json', file];
  const { code, output } = await node(words, folder, env, DRILL_LIMIT_MS);
  if (code === 0) return { kind: 'passed' };
  const { breaches } = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as { breaches: string[][] },
    () => ({ breaches: [] }),
  );
  if (code !== 1 || breaches.length === 0) return noVerdict(code, output);
  return killed(breaches.map(([what = 'a breach']) => what.replace(IDS, '…')));
}

function node(
  words: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  limitMs: number = LIMIT_MS,
) {
  return runProgram(process.execPath, words, { cwd, env, limitMs });
}

function killed(names: readonly string[]): KillerResult {
  const different = [...new Set(names)];
  const left = different.length - TOLD_MAX;
  const told = different.slice(0, TOLD_MAX);
  return { kind: 'killed', by: left > 0 ? [...told, `and ${left} more`] : told };
}

function noVerdict(code: number, output: string): KillerResult {
  return { kind: 'no verdict', why: `exit code ${code}: …${output.trim().slice(-800)}` };
}
