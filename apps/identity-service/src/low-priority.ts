import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

const TASKS = '/proc/self/task';
const NICE = 10;

/**
 * Lets the threads that hash passwords yield the CPU to other processes of the machine: checkouts go
 * on while many users log in at once. The thread that answers requests keeps its priority. Where
 * there is no /proc, a priority is one of the whole process, and stays as it is.
 */
export function lowerPriorityOfPool(): void {
  for (const thread of threads()) {
    if (thread === process.pid) continue;
    try {
      setPriority(thread, NICE);
    } catch {
      // It has ended meanwhile.
    }
  }
}

function threads(): number[] {
  try {
    return readdirSync(TASKS).map(Number);
  } catch {
    return [];
  }
}
