import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchOptions } from './options.js';
import { duration } from './plan.js';
import { chart, chartedIn } from './report/chart.js';
import { heading } from './report/heading.js';
import { circumstances, type Circumstances } from './report/machine.js';
import type { Throughput } from './report/throughput-report.js';
import type { ScenarioName } from './scenarios/catalogue.js';
import { SCENARIO } from './scenarios/index.js';
import { type Finding, withOwnCleanup } from './scenarios/scenario.js';
import { benchFolder } from './servers/bench-folder.js';
import { openServers } from './servers/servers.js';
import type { Site } from './systems/site.js';

/** Everything a command is given to work with. */
export type Command = Pick<Site, 'env' | 'cleanup' | 'say' | 'stop' | 'tokens'> & {
  options: BenchOptions;
};

/** Everything one run found out; written as JSON. */
interface BenchResult {
  startedAt: string;
  circumstances: Circumstances;
  options: BenchOptions;
  scenarios: Partial<Record<ScenarioName, object>>;
}

/** Runs the scenarios one after the other; resolves with what they found that must never be. */
export async function bench(command: Command): Promise<string[]> {
  const { options, say, stop, cleanup, env } = command;
  const startedAt = new Date().toISOString();
  const { scenarios } = options;
  const seconds = scenarios.reduce((sum, name) => sum + SCENARIO[name].seconds(options), 0);
  say(`${scenarios.join(', ')}: ${duration(seconds)} in all`);
  say('starting PostgreSQL and RabbitMQ');
  const servers = await openServers({ env, cleanup, postgresSettings: options.postgres });
  const found = await circumstances(servers);
  const result: BenchResult = { startedAt, circumstances: found, options, scenarios: {} };
  console.log(`\n${heading(found, options)}\n`);
  const wrong: string[] = [];
  for (const name of scenarios) {
    stop.signal.throwIfAborted();
    say(`--- ${name}, ${duration(SCENARIO[name].seconds(options))}`);
    const finding = await withOwnCleanup({ ...command, servers }, SCENARIO[name].run);
    console.log(`\n${finding.text}\n`);
    for (const one of finding.wrong ?? []) console.log(`WRONG: ${one}\n`);
    wrong.push(...(finding.wrong ?? []));
    keep(result, name, finding, command);
  }
  return wrong;
}

/** Written after each scenario: a run that is broken off keeps what it has. */
function keep(
  result: BenchResult,
  name: ScenarioName,
  { data }: Finding,
  { options, say }: Command,
): void {
  result.scenarios[name] = data;
  const write = (kind: 'json' | 'svg', text: string) => {
    const own = `${result.startedAt.replaceAll(':', '-').slice(0, 19)}.${kind}`;
    for (const file of [join(benchFolder('results'), own), options[kind]]) {
      if (file) writeFileSync(file, text);
    }
    say(
      `written: ${[join('.backstitch/bench/results', own), options[kind]].filter(Boolean).join(', ')}`,
    );
  };
  write('json', `${JSON.stringify(result, null, 2)}\n`);
  if (name !== 'throughput') return;
  const { measurements } = data as Throughput;
  const inFlight = chartedIn(measurements);
  write(
    'svg',
    chart({ measurements, inFlight, around: result.circumstances, at: result.startedAt }),
  );
}
