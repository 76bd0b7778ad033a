import { collectDefaultMetrics, Counter, Gauge, Histogram, register } from 'prom-client';
import { observeServed } from './http-metrics.js';
import { type WatchedPool, watchPool } from './pool-metrics.js';
import { exposeProcess } from './process-metrics.js';

export { Counter, Gauge, Histogram, register as metricsRegistry } from 'prom-client';

const requestSeconds = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time to answer an HTTP request',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/** prom-client hashes the labels at every observation unless the labelled child is kept. */
const children = new Map<string, ReturnType<typeof requestSeconds.labels>>();

export function observeRequest(
  method: string,
  route: string,
  status: number,
  seconds: number,
): void {
  observeServed(method, route, status, seconds);
  const key = `${method} ${route} ${status}`;
  let child = children.get(key);
  if (!child) {
    child = requestSeconds.labels(method, route, String(status));
    children.set(key, child);
  }
  child.observe(seconds);
}

/** Node's own metrics (heap, event loop, handles); labels say which app. */
export function startMetrics(app: string): void {
  register.setDefaultLabels({ app });
  if (!register.getSingleMetric('process_cpu_user_seconds_total')) collectDefaultMetrics();
  exposeProcess();
}

/**
 * Plain numbers that only grow, counted by a package that knows no metrics, as
 * `<prefix>_<name>_total`. They are read at each scrape.
 */
export function exposeCounters(prefix: string, counters: Readonly<Record<string, number>>): void {
  for (const counter of Object.keys(counters)) {
    const words = counter.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const grown = new Counter({
      name: `${prefix}_${words}_total`,
      registers: [],
      help: `${prefix}: ${words.replaceAll('_', ' ')}, since the process started`,
      collect() {
        this.reset();
        this.inc(counters[counter] ?? 0);
      },
    });
    register.registerMetric(grown);
  }
}

/** A number that goes up and down; it is read at each scrape. */
export function exposeGauge(name: string, help: string, read: () => number): void {
  const gauge = new Gauge({
    name,
    help,
    registers: [],
    collect() {
      this.set(read());
    },
  });
  register.registerMetric(gauge);
}

const pools = new Map<string, WatchedPool>();

/** An older metric; backstitch_db_connections tells more. */
const poolConnections = new Gauge({
  name: 'database_pool',
  help: 'Connections of a pool that are in use or idle, and callers that wait for one',
  labelNames: ['pool', 'state'],
  registers: [],
  collect() {
    for (const [pool, { totalCount, idleCount, waitingCount }] of pools) {
      this.set({ pool, state: 'in_use' }, totalCount - idleCount);
      this.set({ pool, state: 'idle' }, idleCount);
      this.set({ pool, state: 'waiting' }, waitingCount);
    }
  },
});
register.registerMetric(poolConnections);

/** One pool a name; a later one of the same name takes its place. */
export function exposePool(name: string, pool: WatchedPool): void {
  pools.set(name, pool);
  watchPool(name, pool);
}
