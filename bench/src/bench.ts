import { writeFileSync } from 'node:fs';
import { measure, measureRest, warm } from './measure.js';
import type { BenchOptions } from './options.js';
import { turns, type Turn } from './plan.js';
import { circumstances } from './report/machine.js';
import { cpuMsTotal, failures, type Measurement } from './report/measurement.js';
import { ratios } from './report/ratios.js';
import { report, type BenchResult } from './report/report.js';
import { figure } from './report/table.js';
import { openServers } from './servers/servers.js';
import { startSystem } from './systems/start-system.js';
import type { Site } from './systems/site.js';
import { SYSTEMS, type System } from './systems/system.js';

/** A process that has just started is slow; before the first round it runs for so many warm-ups. */
const HEAT = 4;

/** Everything a command is given to work with. */
export type Command = Omit<Site, 'servers' | 'basket'> & { options: BenchOptions };

/** Starts the systems, measures them in turn and prints what came out. */
export async function bench({ options, ...around }: Command): Promise<void> {
  const { products, lines, rounds, seconds, warmSeconds, concurrency } = options;
  const { say, stop, cleanup, env } = around;
  const startedAt = new Date().toISOString();
  say('starting PostgreSQL and RabbitMQ');
  const servers = await openServers({ env, cleanup, postgresSettings: options.postgres });
  const found = await circumstances(servers);
  const basket = { products, lines };
  const systems: System[] = [];
  for (const name of options.only ? [options.only] : SYSTEMS) {
    stop.signal.throwIfAborted();
    systems.push(await startSystem(name, { ...around, servers, basket }));
  }

  const most = Math.max(...concurrency);
  for (const system of systems) {
    say(`${system.name}: warming up`);
    await warm(system, most, warmSeconds * HEAT, basket, stop.signal);
  }

  say('looking at everything at rest');
  const atRestCpuMsPerSecond = await measureRest(systems, servers, stop.signal);

  const plan = turns(
    rounds,
    concurrency,
    systems.map(({ name }) => name),
  );
  const measurements: Measurement[] = [];
  for (const [index, turn] of plan.entries()) {
    const system = systems.find(({ name }) => name === turn.system) as System;
    const signal = stop.signal;
    const one = await measure(system, turn, servers, { seconds, warmSeconds, basket, signal });
    measurements.push(one);
    say(`${index + 1}/${plan.length} ${progress(turn, one)}`);
  }

  const result: BenchResult = {
    startedAt,
    circumstances: found,
    load: { seconds, warmSeconds, rounds, ...basket },
    systems: await Promise.all(systems.map((system) => accountOf(system, measurements))),
    atRestCpuMsPerSecond,
    measurements,
    ratios: ratios(measurements, 'backstitch', 'textbook'),
  };
  console.log(`\n${report(result)}\n`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
}

async function accountOf({ name, description, books }: System, measurements: Measurement[]) {
  const own = measurements.filter(({ system }) => system === name);
  const completed = own.reduce((sum, one) => sum + one.completed, 0);
  return { name, description, books: await books(), completed };
}

function progress({ round, inFlight, system }: Turn, one: Measurement): string {
  const failed = failures(one) > 0 ? `, ${failures(one)} FAILED` : '';
  return (
    `round ${round}, ${inFlight} in flight, ${system}: ${figure(one.perSecond)}/s, ` +
    `${figure(cpuMsTotal(one.cpuMs))} CPU ms each, p50 ${figure(one.latencyMs.p50)} ms${failed}`
  );
}
