import { cpus, release, totalmem, type } from 'node:os';

/** This machine, in one line of a report. */
export function machineLine(): string {
  const cores = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${cores.length} × ${cores[0]?.model.trim()}, ${gib} GiB, ${type()} ${release()}`;
}
