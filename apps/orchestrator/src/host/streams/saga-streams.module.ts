import { EventStreams, exposeGauge, type Logger, Shedding } from '@backstitch/service-kit';
import type { OrchestratorConfig } from '../../config.js';
import type { SagaRuntime } from '../saga.runtime.js';
import { SagaWatch } from './sagas.watch.js';

const HEARTBEAT_MS = 15_000;
/** As long as an access token is valid. */
const AGE_MAX_MS = 15 * 60_000;

export interface SagaStreams {
  readonly streams: EventStreams;
  readonly watch: SagaWatch;
}

/** What serves the streams of sagas. */
export function sagaStreams(
  { MAX_STREAMS: max }: OrchestratorConfig,
  { store }: SagaRuntime,
  logger: Logger,
): SagaStreams {
  const bounds = { max, heartbeatMs: HEARTBEAT_MS, ageMaxMs: AGE_MAX_MS };
  const streams = new EventStreams({ ...bounds, shedding: new Shedding(logger) });
  exposeGauge('event_streams_open', 'Streams of events that are open', () => streams.size);
  return { streams, watch: new SagaWatch({ store, logger }) };
}
