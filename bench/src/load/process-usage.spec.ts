import { describe, expect, it } from '@jest/globals';
import { processOf, UsageMeter } from './process-usage.js';

const onLinux = UsageMeter.works() ? describe : describe.skip;

onLinux('UsageMeter', () => {
  it('measures the CPU time and the memory of a process', () => {
    const meter = new UsageMeter({ tests: [process.pid], others: [] });
    const before = meter.read();
    const own = process.cpuUsage();
    while (cpuMsSince(own) < 60); // CPU, not time: a busy machine only makes it take longer
    const after = meter.read();
    const burntMs = (after.tests?.cpuMs ?? 0) - (before.tests?.cpuMs ?? 0);
    expect(burntMs).toBeGreaterThanOrEqual(40); // the kernel counts in ticks of 10 ms
    expect(after.tests?.residentBytes).toBeGreaterThan(10_000_000);
    expect(after.others).toBeUndefined();
  });

  it('finds the process of a pid, and none for a pid that is not in use', () => {
    expect(processOf(process.pid)).toMatchObject({ pid: process.pid, parentPid: process.ppid });
    expect(processOf(2 ** 30)).toBeUndefined();
  });
});

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
