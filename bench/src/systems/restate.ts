import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type ManagedProcess, waitFor } from '@backstitch/launcher';
import { freePorts } from '@backstitch/tools';
import { CannotMeasure } from '../errors.js';
import { benchFolder } from '../servers/bench-folder.js';
import { installedVersions, installPeer } from './install-peer.js';
import { readLedgers } from './ledgers.js';
import { makePeerDatabases, peerEnvironment } from './peer.js';
import type { Site } from './site.js';
import type { System } from './system.js';
import { startProcess } from './system-process.js';

const READY_WITHIN_MS = 30_000;
const VERSIONS = ['@restatedev/restate-server', '@restatedev/restate-sdk', 'pg'];

/** The same checkout on Restate: its server with a log of its own, one process for all steps, no broker. */
export async function startRestate(site: Site): Promise<System> {
  const { cleanup, say, stop } = site;
  const cwd = await installPeer({ name: 'restate', beside: ['engine-participants'], say });
  const databases = await makePeerDatabases(site, 'restate');
  const dataDir = benchFolder('restate-data');
  rmSync(dataDir, { recursive: true, force: true }); // of a run that was killed
  cleanup.add("Restate's data", () => rmSync(dataDir, { recursive: true, force: true }));

  const [node, ingress, admin, steps] = (await freePorts(4)) as [number, number, number, number];
  const engine = startProcess(site, {
    name: 'restate-server',
    program: engineProgram(cwd),
    parameters: ['--no-logo', '--base-dir', dataDir],
    cwd,
    env: { ...site.env, ...engineSettings({ node, ingress, admin }) },
    logName: 'restate-server',
  });
  const app = startProcess(site, {
    name: 'restate steps',
    parameters: [...(site.nodeFlags?.(0, 'restate') ?? []), 'server.mjs'],
    cwd,
    env: { ...peerEnvironment(site, databases, steps), RESTATE_LOGGING: 'ERROR' },
    logName: 'restate-steps',
  });
  await register(`http://127.0.0.1:${admin}`, `http://127.0.0.1:${steps}`, engine, stop.signal);
  return {
    name: 'restate',
    description: `its server and one process of steps, no broker: ${installedVersions(cwd, VERSIONS)}`,
    checkoutUrl: `http://127.0.0.1:${ingress}/checkout/run`,
    processes: { apps: [app], engine: [engine] },
    usesBroker: false,
    ledgers: () => readLedgers(databases),
  };
}

/** Loopback only, on free ports, without telemetry; the rest is as delivered. */
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
  engine: ManagedProcess,
  signal: AbortSignal,
): Promise<void> {
  const registered = async () => {
    const answer = await fetch(`${adminUrl}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri: stepsUrl, force: true }),
      signal,
    });
    if (!answer.ok) throw new Error(await answer.text());
    return true;
  };
  const patience = { timeoutMs: READY_WITHIN_MS, everyMs: 200, signal };
  await waitFor('Restate to take its steps', registered, patience).catch((error: Error) => {
    signal.throwIfAborted();
    throw new CannotMeasure(`${error.message}.${engine.logTail()}`);
  });
}
