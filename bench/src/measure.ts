import { setTimeout as delay } from 'node:timers/promises';
import { checkouts, type Basket } from './load/basket.js';
import { drive } from './load/drive.js';
import { UsageMeter, type ProcessUsage } from './load/process-usage.js';
import type { LoadOutcome } from './load/shop.js';
import { CPU_PARTS, type CpuMs, type CpuPart, type Figures } from './report/measurement.js';
import { quantileOfSorted } from './report/statistics.js';
import type { Servers } from './servers/servers.js';
import type { System } from './systems/system.js';

/** Loads a system without measuring: compiles code, opens connections, fills caches. */
export async function warm(
  { checkoutUrl: url, tokens }: System,
  inFlight: number,
  seconds: number,
  basket: Basket,
  signal: AbortSignal,
): Promise<void> {
  await drive({ url, inFlight, seconds, signal, next: checkouts(basket, tokens) });
}

/** Loads one system, and measures the CPU time of every server process meanwhile. */
export async function measure(
  system: System,
  servers: Servers,
  signal: AbortSignal,
  load: () => Promise<LoadOutcome>,
): Promise<Figures> {
  const meter = meterOf(system, servers);
  const single = singlesOf(system);
  const [before, singlesBefore] = [meter.read(), single.read()];
  const { latenciesMs, ...outcome } = await load();
  const [after, singlesAfter] = [meter.read(), single.read()];
  signal.throwIfAborted(); // a load that was broken off is no measurement
  const completed = latenciesMs.length;
  const quantile = (share: number) => quantileOfSorted(latenciesMs, share);
  const own = [after.apps, after.engine].flatMap((usage) => usage?.residentBytes ?? []);
  return {
    completed,
    ...outcome,
    perSecond: completed / outcome.seconds,
    latencyMs: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max: quantile(1) },
    cpuMs: cpuMsPerCheckout(partsOf(system), before, after, completed),
    cpuMsByProcess: Object.fromEntries(
      Object.keys(singlesAfter).map((name) => [
        name,
        ((singlesAfter[name]?.cpuMs ?? 0) - (singlesBefore[name]?.cpuMs ?? 0)) / completed,
      ]),
    ),
    ...(own.length > 0 && { appsRssMb: own.reduce((sum, bytes) => sum + bytes, 0) / 1e6 }),
  };
}

const REST_SECONDS = 4;

/**
 * CPU milliseconds per second that all use without load: heartbeats, sweepers, polling. What
 * PostgreSQL and the broker use at rest is in every figure, and most of them when little is in flight.
 */
export async function measureRest(
  systems: readonly System[],
  servers: Servers,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  if (!UsageMeter.works()) return {};
  const own = systems.map(({ name, processes }) => [name, pidsOf(Object.values(processes).flat())]);
  const meter = new UsageMeter<string>({ ...Object.fromEntries(own), ...servers.pids });
  const before = meter.read();
  await delay(REST_SECONDS * 1000, undefined, { signal });
  const after = meter.read();
  return Object.fromEntries(
    Object.entries(after).map(([group, usage]) => {
      const burntMs = (usage?.cpuMs ?? 0) - (before[group]?.cpuMs ?? 0);
      return [group, burntMs / REST_SECONDS];
    }),
  );
}

function meterOf({ processes }: System, servers: Servers): UsageMeter<CpuPart> {
  const pids = UsageMeter.works()
    ? { apps: pidsOf(processes.apps), engine: pidsOf(processes.engine ?? []) }
    : { apps: [], engine: [] };
  return new UsageMeter({ ...pids, ...servers.pids });
}

/** Its own processes, those of one name together. */
function singlesOf({ processes }: System): UsageMeter<string> {
  const pids: Record<string, number[]> = {};
  const all = UsageMeter.works() ? Object.values(processes).flat() : [];
  for (const { name, pid } of all) pids[name] = [...(pids[name] ?? []), pid];
  return new UsageMeter<string>(pids);
}

function pidsOf(processes: readonly { pid: number }[]): number[] {
  return processes.map(({ pid }) => pid);
}

function partsOf({ processes, usesBroker }: System): CpuPart[] {
  return CPU_PARTS.filter((part) => {
    if (part === 'engine') return processes.engine !== undefined;
    return part !== 'rabbitmq' || usesBroker;
  });
}

type Usages = Partial<Record<CpuPart, ProcessUsage>>;

function cpuMsPerCheckout(
  parts: readonly CpuPart[],
  before: Usages,
  after: Usages,
  completed: number,
): CpuMs {
  const cpuMs: CpuMs = {};
  for (const part of parts) {
    const [was, is] = [before[part], after[part]];
    cpuMs[part] = was && is ? (is.cpuMs - was.cpuMs) / completed : null;
  }
  return cpuMs;
}
