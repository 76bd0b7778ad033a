/** What the kernel counts for one process (Linux, /proc/<pid>/stat). */
export interface ProcessStat {
  pid: number;
  /** The program's, cut after 15 characters. */
  name: string;
  parentPid: number;
  /** Of itself and of the children it has waited for. */
  cpuTicks: number;
  residentPages: number;
}

/** Reads a line of /proc/<pid>/stat; fields are numbered as in proc(5), from 1. */
export function parseProcessStat(line: string): ProcessStat {
  // The second field is the name in brackets and may hold anything, blanks and brackets included.
  const afterName = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(afterName[number - 3]);
  return {
    pid: Number(line.slice(0, line.indexOf(' '))),
    name: line.slice(line.indexOf('(') + 1, line.lastIndexOf(')')),
    parentPid: field(4),
    // utime, stime, cutime, cstime: the CPU time of ended children counts for their parent.
    cpuTicks: field(14) + field(15) + field(16) + field(17),
    residentPages: field(24),
  };
}

/** The processes of these pids and everything that descends from them. */
export function withDescendants(
  all: readonly ProcessStat[],
  roots: readonly number[],
): ProcessStat[] {
  const wanted = new Set(roots);
  let known: number;
  // A child may be listed before its parent: look again until no process is added.
  do {
    known = wanted.size;
    for (const { pid, parentPid } of all) if (wanted.has(parentPid)) wanted.add(pid);
  } while (wanted.size > known);
  return all.filter(({ pid }) => wanted.has(pid));
}
