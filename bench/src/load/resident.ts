import { readFileSync } from 'node:fs';

/** Of a process's resident memory, what it has to itself and what others may have mapped as well. */
export interface Resident {
  ownBytes: number;
  sharedBytes: number;
}

/** Reads `/proc/<pid>/smaps_rollup` (Linux, proc(5)); throws when there is no such process. */
export function residentOf(pid: number): Resident {
  return parseRollup(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
}

export function parseRollup(text: string): Resident {
  const bytes = (field: string): number => {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text);
    if (!found) throw new Error(`smaps_rollup has no ${field}`);
    return Number(found[1]) * 1024;
  };
  return {
    ownBytes: bytes('Private_Clean') + bytes('Private_Dirty'),
    sharedBytes: bytes('Shared_Clean') + bytes('Shared_Dirty'),
  };
}

/**
 * What processes of one program take together: each its own, and what they share once. The program's
 * own pages are in the resident memory of each of them, and in the machine's but once.
 */
export function togetherBytes(all: readonly Resident[]): number {
  const own = all.reduce((sum, { ownBytes }) => sum + ownBytes, 0);
  return own + Math.max(0, ...all.map(({ sharedBytes }) => sharedBytes));
}
