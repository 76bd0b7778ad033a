import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerAddresses } from './configured-servers.js';
import { identityOf, stillRuns, type ProcessIdentity } from './process-identity.js';
import { ProcessLedger, type LedgerEntry } from './process-ledger.js';
import { stateFolder } from './project.js';

/** A system that was started from this folder: what a later command needs to ask it. */
export interface RunningSystem {
  command: 'npm start' | 'pnpm dev';
  owner: Pick<ProcessIdentity, 'pid' | 'startedAt'>;
  apiUrl: string;
  orchestratorUrl: string;
  /** The address of each database, with its password. */
  databases: Readonly<Record<string, string>>;
  /** Where `npm start` has its servers. */
  servers?: ServerAddresses;
}

const FOLDER = join(stateFolder(), 'running');

/** Tells later commands what runs, until `forgetSystem`. */
export function rememberSystem(system: Omit<RunningSystem, 'owner'>, folder = FOLDER): void {
  const owner = identityOf(process.pid);
  if (!owner) return;
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const { pid, startedAt } = owner;
  const text = JSON.stringify({ ...system, owner: { pid, startedAt } }, null, 2);
  // Passwords are in it.
  writeFileSync(fileOf(folder, pid), text, { mode: 0o600 });
}

export function forgetSystem(folder = FOLDER): void {
  rmSync(fileOf(folder, process.pid), { force: true });
}

/** The systems of this folder that run now: their launcher, or apps that it had to leave behind. */
export function runningSystems(folder = FOLDER, ledger = new ProcessLedger()): RunningSystem[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return [];
  }
  const apps = ledger.entries().filter((entry) => entry.kind === 'app' && stillRuns(entry));
  return files
    .flatMap((file) => readSystem(join(folder, file)))
    .filter(({ owner }) => stillRuns(owner) || apps.some((app) => isOf(app, owner)));
}

function isOf(app: LedgerEntry, owner: RunningSystem['owner']): boolean {
  return app.owner.pid === owner.pid && app.owner.startedAt === owner.startedAt;
}

/** A file cut short names nothing that could be asked. */
function readSystem(path: string): RunningSystem[] {
  try {
    return [JSON.parse(readFileSync(path, 'utf8')) as RunningSystem];
  } catch {
    return [];
  }
}

function fileOf(folder: string, pid: number): string {
  return join(folder, `${pid}.json`);
}
