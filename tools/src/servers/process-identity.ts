import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { StopStep } from '@backstitch/launcher';

/** What makes a pid the same process as before: pids are reused, start times with them are not. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque; the clock ticks or the date at which the process started. */
  startedAt: string;
  /** The command line, words separated by blanks. */
  command: string;
}

/** The process that has this pid now; undefined when there is none, or only a zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
}

function identityFromProc(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets and may hold anything, blanks and brackets included.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie whose other threads still end holds its sockets until the last one has ended.
    const [state, threads] = [fields[0], Number(fields[17])];
    if (state === 'X' || (state === 'Z' && threads <= 1)) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, startedAt: fields[19] ?? '', command };
  } catch {
    return undefined;
  }
}

function identityFromPs(pid: number): ProcessIdentity | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=,command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [, state, startedAt, command] =
      /^(\S+)\s+((?:\S+\s+){4}\S+)\s+(.*)$/s.exec(line.trim()) ?? [];
    if (!startedAt || state?.startsWith('Z')) return undefined;
    return { pid, startedAt, command: command ?? '' };
  } catch {
    return undefined;
  }
}

/** Whether the very process that was once identified still runs. */
export function stillRuns(one: Pick<ProcessIdentity, 'pid' | 'startedAt'>): boolean {
  return identityOf(one.pid)?.startedAt === one.startedAt;
}

/** Asks a process to end, less and less politely; resolves when it is gone. */
export async function endProcess(
  one: Pick<ProcessIdentity, 'pid' | 'startedAt'>,
  stopSteps: readonly StopStep[],
): Promise<void> {
  for (const [signal, graceMs] of stopSteps) {
    if (!stillRuns(one)) return;
    sendSignal(one.pid, signal);
    const until = performance.now() + graceMs;
    while (performance.now() < until && stillRuns(one)) await delay(30);
  }
  if (stillRuns(one)) throw new Error(`process ${one.pid} does not end`);
}

/** A process that is gone has obeyed. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
