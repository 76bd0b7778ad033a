import type { PostgresSagaStore } from '@backstitch/saga-engine/postgres';
import { exposeKnownGauge, exposePool, watchBatches } from '@backstitch/service-kit';

/** What /metrics shows of the saga store: its pools, its batches, and its heartbeat. */
export function exposeStore(store: PostgresSagaStore): void {
  for (const [name, pool] of store.pools) exposePool(name, pool);
  for (const [name, coalescer] of Object.entries(store.coalescers)) watchBatches(name, coalescer);
  exposeKnownGauge(
    'backstitch_saga_heartbeat_age_seconds',
    'Time since the last heartbeat of this instance was written; absent before the first',
    () => (store.heartbeatAgeMs === undefined ? undefined : store.heartbeatAgeMs / 1_000),
  );
}
