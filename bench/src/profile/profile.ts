import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { APPS, freePorts, projectRoot } from '@backstitch/tools';
import type { Command } from '../bench.js';
import { checkouts } from '../load/basket.js';
import { drive } from '../load/drive.js';
import { benchFolder } from '../servers/bench-folder.js';
import { openServers } from '../servers/servers.js';
import { startSystem } from '../systems/start-system.js';
import { summarize } from './cpu-profile.js';
import { Inspector } from './inspector.js';
import { profileReport } from './profile-report.js';
import { COUNTING, Statements } from './statements.js';

const WARM_SECONDS = 6;
const STATEMENTS = 15;

/** Loads one system and prints where each of its processes, and PostgreSQL, spends its time. */
export async function profile({ options, ...around }: Command, seconds: number): Promise<void> {
  const { say, stop, cleanup, env } = around;
  const name = options.only[0] ?? 'backstitch';
  const inFlight = Math.max(...options.concurrency);
  const basket = { products: options.products, lines: options.lines };
  say('starting PostgreSQL and RabbitMQ');
  // A server that is not ours counts statements, or does not.
  const counting = env.DATABASE_SERVER_URL ? {} : COUNTING;
  const postgresSettings = { ...counting, ...options.postgres };
  const servers = await openServers({ env, cleanup, postgresSettings });
  const ports = await freePorts(APPS.length);
  const nodeFlags = (index: number) => [`--inspect=127.0.0.1:${ports[index]}`];
  const system = await startSystem(name, {
    ...around,
    servers,
    products: basket.products,
    nodeFlags,
  });
  const apps = system.processes.apps;
  const inspectors = await Promise.all(
    ports.slice(0, apps.length).map((port) => Inspector.open(port)),
  );
  const statements = new Statements(servers.databaseServerUrl);

  const next = checkouts(basket, system.tokens);
  const load = { url: system.checkoutUrl, inFlight, next, signal: stop.signal };
  say(`warming up for ${WARM_SECONDS} s, then profiling for ${seconds} s, ${inFlight} in flight`);
  await drive({ ...load, seconds: WARM_SECONDS });
  await statements.start();
  await Promise.all(inspectors.map((inspector) => inspector.start()));
  const outcome = await drive({ ...load, seconds });
  const profiles = await Promise.all(inspectors.map((inspector) => inspector.stop()));
  stop.signal.throwIfAborted();

  const dearest = await statements.dearest(STATEMENTS, `bench_${name}_`);
  const processes = profiles.map((one, index) => {
    const process = apps[index]?.name ?? '';
    const file = join(benchFolder('profiles'), `${process.replaceAll(' ', '-')}.cpuprofile`);
    writeFileSync(file, JSON.stringify(one));
    say(`${file} (opens in a browser's developer tools)`);
    return { name: process, summary: summarize(one, projectRoot()) };
  });
  console.log(`\n${profileReport(processes, dearest, outcome.latenciesMs.length)}\n`);
}
