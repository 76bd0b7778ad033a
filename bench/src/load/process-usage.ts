import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { parseProcessStat, withDescendants, type ProcessStat } from './process-stat.js';

export interface ProcessUsage {
  /** CPU time since the processes started. */
  cpuMs: number;
  residentBytes: number;
}

/** CPU and memory of groups of processes, each group named by the pids its processes descend from. */
export class UsageMeter<Group extends string> {
  private readonly msPerTick = 1000 / Number(getconf('CLK_TCK'));
  private readonly bytesPerPage = Number(getconf('PAGESIZE'));

  constructor(private readonly groups: Readonly<Record<Group, readonly number[]>>) {}

  /** Whether this system tells what processes use (Linux does). */
  static works(): boolean {
    return process.platform === 'linux';
  }

  /** A sample of all processes; a group without pids is not there, since nothing is known of it. */
  read(): Partial<Record<Group, ProcessUsage>> {
    const all = allProcesses();
    const usages: Partial<Record<Group, ProcessUsage>> = {};
    for (const group of Object.keys(this.groups) as Group[]) {
      if (this.groups[group].length > 0) {
        usages[group] = this.sum(withDescendants(all, this.groups[group]));
      }
    }
    return usages;
  }

  private sum(processes: readonly ProcessStat[]): ProcessUsage {
    return {
      cpuMs: processes.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) * this.msPerTick,
      residentBytes:
        processes.reduce((sum, { residentPages }) => sum + residentPages, 0) * this.bytesPerPage,
    };
  }
}

/** What runs under this pid on this machine; undefined when nothing does, or none can be seen. */
export function processOf(pid: number): ProcessStat | undefined {
  return UsageMeter.works() ? allProcesses().find((one) => one.pid === pid) : undefined;
}

function allProcesses(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return []; // it ended while we looked
      }
    });
}

function getconf(name: string): string {
  return execFileSync('getconf', [name], { encoding: 'utf8' });
}
