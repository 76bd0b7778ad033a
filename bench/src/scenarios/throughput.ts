import { heat, measureInTurn, secondsInTurn, type Subject } from '../in-turn.js';
import { measureRest } from '../measure.js';
import type { BenchOptions } from '../options.js';
import type { Measurement } from '../report/measurement.js';
import { ratios } from '../report/ratios.js';
import { throughputReport, type Throughput } from '../report/throughput-report.js';
import { startSystem } from '../systems/start-system.js';
import type { System } from '../systems/system.js';
import { type Finding, type Scenario, type Stage, START_SECONDS } from './scenario.js';

/** Every system under every load: throughput, CPU per checkout, latency, and the ratios of pairs. */
export const throughput = comparison((options) => options.concurrency);

/** The same with one checkout at a time. */
export const idle = comparison(() => [1]);

function comparison(loadsOf: (options: BenchOptions) => readonly number[]): Scenario {
  return {
    seconds: (options) => {
      const systems = options.only.length;
      return systems * START_SECONDS + secondsInTurn(options, loadsOf(options).length, systems);
    },
    run: (stage) => compare(stage, loadsOf(stage.options)),
  };
}

async function compare(stage: Stage, loads: readonly number[]): Promise<Finding> {
  const { options, servers, say, stop } = stage;
  const { products, lines } = options;
  const subjects: Subject[] = [];
  for (const name of options.only) {
    stop.signal.throwIfAborted();
    const system = await startSystem(name, { ...stage, products });
    subjects.push({ name, system, basket: { products, lines } });
  }
  for (const subject of subjects) await heat(stage, subject, Math.max(...loads));
  say('measuring all systems without load');
  const systems = subjects.map(({ system }) => system);
  const atRestCpuMsPerSecond = await measureRest(systems, servers, stop.signal);
  const measurements = await measureInTurn(stage, subjects, loads);
  const data: Throughput = {
    systems: await Promise.all(systems.map((system) => accountOf(system, measurements))),
    atRestCpuMsPerSecond,
    measurements,
    ratios: options.only.slice(1).map((than) => {
      const [better] = options.only as [string];
      return { better, than, ofLoads: ratios(measurements, better, than) };
    }),
  };
  return { data, text: throughputReport(data) };
}

async function accountOf({ name, description, ledgers }: System, measurements: Measurement[]) {
  const own = measurements.filter(({ system }) => system === name);
  const completed = own.reduce((sum, one) => sum + one.completed, 0);
  return { name, description, ledgers: await ledgers(), completed };
}
