import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '@backstitch/tools';
import { CannotMeasure } from '../errors.js';
import { benchFolder } from '../servers/bench-folder.js';
import { SystemDatabases } from '../servers/databases.js';
import { BenchProcess } from './bench-process.js';
import { readBooks } from './books.js';
import { installPeer, installedVersions } from './install-peer.js';
import { makePeerTables } from './peer-tables.js';
import type { Site } from './site.js';
import type { System } from './system.js';

const READY_WITHIN_MS = 30_000;
const VERSIONS = ['@restatedev/restate-server', '@restatedev/restate-sdk', 'pg'];

/** The same checkout on Restate: its server with a log of its own, one process for all steps, no broker. */
export async function startRestate(site: Site): Promise<System> {
  const { servers, cleanup, say, stop } = site;
  const home = await installPeer({ name: 'restate', beside: ['engine-participants'], say });
  const databases = new SystemDatabases(servers.databaseServerUrl, 'bench_restate_');
  cleanup.add("Restate's databases", () => databases.drop());
  await databases.recreate();
  await makePeerTables(databases, site.products);
  const dataDir = benchFolder('restate-data');
  rmSync(dataDir, { recursive: true, force: true }); // of a run that was killed
  cleanup.add("Restate's data", () => rmSync(dataDir, { recursive: true, force: true }));

  const [node, ingress, admin, steps] = (await freePorts(4)) as [number, number, number, number];
  const common = {
    cwd: home,
    onDeath: (error: Error) => stop.abort(error),
  };
  const engine = new BenchProcess({
    ...common,
    name: 'restate-server',
    program: engineProgram(home),
    parameters: ['--no-logo', '--base-dir', dataDir],
    env: { ...site.env, ...engineSettings({ node, ingress, admin }) },
    logFile: join(benchFolder('logs'), 'restate-server.log'),
  });
  cleanup.add('restate-server', () => engine.end());
  const app = new BenchProcess({
    ...common,
    name: 'restate steps',
    parameters: [...(site.nodeFlags?.(0, 'restate') ?? []), 'server.mjs'],
    env: {
      ...site.env,
      NODE_ENV: 'production',
      RESTATE_LOGGING: 'ERROR',
      PORT: String(steps),
      PG_BASE: servers.databaseServerUrl,
      DB_PREFIX: databases.prefix,
    },
    logFile: join(benchFolder('logs'), 'restate-steps.log'),
  });
  cleanup.add('restate steps', () => app.end());
  await register(`http://127.0.0.1:${admin}`, `http://127.0.0.1:${steps}`, engine, stop.signal);
  return {
    name: 'restate',
    description: `its server and one process of steps, no broker: ${installedVersions(home, VERSIONS)}`,
    checkoutUrl: `http://127.0.0.1:${ingress}/checkout/run`,
    processes: { apps: [app], engine: [engine] },
    usesBroker: false,
    books: () => readBooks(databases),
  };
}

/** Loopback only, on ports that nobody holds, and nothing told to anybody; the rest is as delivered. */
function engineSettings(ports: { node: number; ingress: number; admin: number }) {
  return {
    RESTATE_LISTEN_MODE: 'tcp',
    RESTATE_BIND_IP: '127.0.0.1',
    RESTATE_ADVERTISED_HOST: '127.0.0.1',
    RESTATE_BIND_PORT: String(ports.node),
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ports.ingress}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${ports.admin}`,
    RESTATE_ADMIN__DISABLE_WEB_UI: 'true',
    RESTATE_DISABLE_TELEMETRY: 'true',
    RESTATE_LOG_FILTER: 'warn',
  };
}

/** The server itself: what npm puts on PATH is a script that starts it as its child. */
function engineProgram(home: string): string {
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  try {
    return createRequire(join(home, 'package.json')).resolve(`${name}/bin/restate-server`);
  } catch {
    throw new CannotMeasure(
      `Restate's server does not exist for this machine (${name}); leave it out: ` +
        '--only backstitch,textbook,dbos',
    );
  }
}

/** Tells the engine where the steps are, as soon as both listen. */
async function register(
  adminUrl: string,
  stepsUrl: string,
  engine: BenchProcess,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`${adminUrl}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri: stepsUrl, force: true }),
      signal,
    }).catch(() => undefined);
    if (answer?.ok) return;
    signal.throwIfAborted();
    if (performance.now() > until) {
      const told = answer ? await answer.text() : 'no answer';
      throw new CannotMeasure(`Restate does not get ready: ${told}\n${engine.logTail()}`);
    }
    await delay(200, undefined, { signal });
  }
}
