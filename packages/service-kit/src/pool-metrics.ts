import type { PoolView } from '@backstitch/shared-types';
import { Counter, Gauge, register } from 'prom-client';

/** What is read of a pool of `pg`; a pool that is replaced by one of its name goes on counting. */
export interface WatchedPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
  on(event: 'connect', listener: (client: LosableClient) => void): unknown;
}

interface LosableClient {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

const pools = new Map<string, WatchedPool>();
const lost = new Map<string, number>();

function gauge(
  name: string,
  help: string,
  labelNames: string[],
  set: (gauge: Gauge, pool: string, watched: WatchedPool) => void,
): void {
  const made: Gauge = new Gauge({
    name: `backstitch_db_${name}`,
    help,
    labelNames,
    registers: [],
    collect() {
      for (const [pool, watched] of pools) set(this, pool, watched);
    },
  });
  register.registerMetric(made);
}

gauge(
  'connections',
  'Connections of a pool, in use or idle',
  ['pool', 'state'],
  (all, pool, { totalCount, idleCount }) => {
    all.set({ pool, state: 'in_use' }, totalCount - idleCount);
    all.set({ pool, state: 'idle' }, idleCount);
  },
);
gauge('connections_max', 'Connections that a pool may have', ['pool'], (max, pool, { options }) =>
  max.set({ pool }, options.max),
);
gauge(
  'pending_requests',
  'Callers that wait for a connection of a pool',
  ['pool'],
  (pending, pool, { waitingCount }) => pending.set({ pool }, waitingCount),
);

const connectionsLost = new Counter({
  name: 'backstitch_db_connections_lost_total',
  help: 'Lost connections of a pool, idle or in use',
  labelNames: ['pool'],
  registers: [],
  collect() {
    this.reset();
    for (const [pool, count] of lost) this.inc({ pool }, count);
  },
});
register.registerMetric(connectionsLost);

/** The connections of each watched pool. */
export function poolViews(): PoolView[] {
  return [...pools].map(([name, { totalCount, idleCount, waitingCount, options }]) => ({
    name,
    max: options.max,
    inUse: totalCount - idleCount,
    idle: idleCount,
    waiting: waitingCount,
  }));
}

/** Shows a pool under /metrics. It must have no connection yet: those it makes are watched. */
export function watchPool(name: string, pool: WatchedPool): void {
  pools.set(name, pool);
  if (!lost.has(name)) lost.set(name, 0);
  pool.on('connect', (client) => {
    let isLost = false;
    client.on('error', () => {
      if (isLost) return;
      isLost = true;
      lost.set(name, lost.get(name)! + 1);
    });
  });
}
