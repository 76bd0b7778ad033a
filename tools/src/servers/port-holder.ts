import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf } from './process-identity.js';
import { runCommand } from './run-command.js';

/** The process that listens on a port, for people: `process 4711 (node server.js)`. */
export async function whoHolds(port: number): Promise<string> {
  const pid = process.platform === 'linux' ? pidFromProc(port) : await pidFromLsof(port);
  const command = pid && identityOf(pid)?.command;
  if (!pid) return 'a process of another user';
  return `process ${pid}${command ? ` (${command.slice(0, 100)})` : ''}`;
}

/** The kernel's list names a socket; the process is the one that has it open. */
function pidFromProc(port: number): number | undefined {
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    listeningSockets(readOrEmpty(file), port).map((inode) => `socket:[${inode}]`),
  );
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => openFiles(pid).some((file) => sockets.includes(file)));
}

/** The inodes of the sockets that listen on a port, out of /proc/net/tcp's table. */
export function listeningSockets(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const LISTEN = '0A';
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(wanted) && state === LISTEN)
    .flatMap((fields) => fields[9] ?? []);
}

function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const descriptors = orElse<string[]>([], () => readdirSync(folder));
  return descriptors.map((one) => orElse('', () => readlinkSync(join(folder, one))));
}

function readOrEmpty(file: string): string {
  return orElse('', () => readFileSync(file, 'utf8'));
}

/** Processes end and close files meanwhile, and those of other users cannot be read. */
function orElse<T>(nothing: T, look: () => T): T {
  try {
    return look();
  } catch {
    return nothing;
  }
}

async function pidFromLsof(port: number): Promise<number | undefined> {
  const { output } = await runCommand('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']);
  return Number(/^\d+/.exec(output)?.[0] ?? 0) || undefined;
}
