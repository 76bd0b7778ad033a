import { setTimeout as delay } from 'node:timers/promises';
import { checkoutBody, type Basket } from './load/basket.js';
import { drive } from './load/drive.js';
import { UsageMeter, type ProcessUsage } from './load/process-usage.js';
import type { Turn } from './plan.js';
import type { CpuMs, Measurement } from './report/measurement.js';
import { quantileOfSorted } from './report/statistics.js';
import type { Servers } from './servers/servers.js';
import type { System } from './systems/system.js';

export interface MeasureOptions {
  seconds: number;
  warmSeconds: number;
  basket: Basket;
  signal: AbortSignal;
}

/** Loads a system without looking: code gets compiled, connections opened, caches filled. */
export async function warm(
  { checkoutUrl: url }: System,
  inFlight: number,
  seconds: number,
  basket: Basket,
  signal: AbortSignal,
): Promise<void> {
  await drive({ url, inFlight, seconds, signal, body: () => checkoutBody(basket, Math.random) });
}

/** Loads one system, and accounts what every server process burnt meanwhile. */
export async function measure(
  system: System,
  { round, inFlight }: Turn,
  servers: Servers,
  { seconds, warmSeconds, basket, signal }: MeasureOptions,
): Promise<Measurement> {
  await warm(system, inFlight, warmSeconds, basket, signal);
  const meter = new UsageMeter({
    apps: UsageMeter.works() ? system.processes.map(({ pid }) => pid) : [],
    ...servers.pids,
  });
  const before = meter.read();
  const { latenciesMs, ...outcome } = await drive({
    url: system.checkoutUrl,
    inFlight,
    seconds,
    signal,
    body: () => checkoutBody(basket, Math.random),
  });
  const after = meter.read();
  signal.throwIfAborted(); // a load that was broken off is no measurement
  const completed = latenciesMs.length;
  const quantile = (share: number) => quantileOfSorted(latenciesMs, share);
  return {
    system: system.name,
    round,
    inFlight,
    completed,
    ...outcome,
    perSecond: completed / outcome.seconds,
    latencyMs: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max: quantile(1) },
    cpuMs: cpuMsPerCheckout(before, after, completed),
    appsRssMb: after.apps && after.apps.residentBytes / 1e6,
  };
}

const REST_SECONDS = 4;

/**
 * CPU milliseconds per second that everything burns when nobody buys: heartbeats, sweepers, polling. What
 * the servers burn at rest is in every system's figures, and most of them when little is in flight.
 */
export async function measureRest(
  systems: readonly System[],
  servers: Servers,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  if (!UsageMeter.works()) return {};
  const apps = systems.map(({ name, processes }) => [name, processes.map(({ pid }) => pid)]);
  const meter = new UsageMeter<string>({ ...Object.fromEntries(apps), ...servers.pids });
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

type Usages = Partial<Record<keyof CpuMs, ProcessUsage>>;

function cpuMsPerCheckout(before: Usages, after: Usages, completed: number): CpuMs {
  const cpuMs: CpuMs = {};
  for (const part of ['apps', 'postgres', 'rabbitmq'] as const) {
    const [was, is] = [before[part], after[part]];
    if (was && is) cpuMs[part] = (is.cpuMs - was.cpuMs) / completed;
  }
  return cpuMs;
}
