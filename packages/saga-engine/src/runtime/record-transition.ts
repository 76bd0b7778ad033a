import type { DriverPorts } from './driver-ports.js';
import { isOpen, traceOf, type OpenSaga, type SagaInstance } from '../core/instance.js';
import type { EngineCounters, EngineLogger } from './ports.js';
import type { ArrivingEvent } from './active-saga.js';

/** Counts and logs a committed transition, and calls the observer of the engine. */
export function observe(
  ports: Pick<DriverPorts, 'counters' | 'logger' | 'observer'>,
  before: SagaInstance,
  event: ArrivingEvent,
  after: SagaInstance,
): void {
  recordTransition(ports, before, event, after);
  try {
    ports.observer?.committed(before, event.kind, after);
  } catch (err) {
    ports.logger.error({ ...traceOf(after), err }, 'the observer of the sagas failed');
  }
}

/** Counts a committed transition, and logs what an operator would otherwise have to guess. */
function recordTransition(
  { counters, logger }: { counters: EngineCounters; logger: EngineLogger },
  before: SagaInstance,
  event: ArrivingEvent,
  after: SagaInstance,
): void {
  if (event.kind === 'replied') counters.count('replied');
  if (event.kind === 'unsent') counters.count('unsent');
  if (event.kind === 'operator') {
    counters.count('operated');
    logger.info({ ...traceOf(after), action: event.action }, 'operator action applied');
  }
  if (event.kind === 'signalled') {
    counters.count('signalled');
    const { id, name } = event.signal;
    logger.info({ ...traceOf(after), signal: name, signalId: id }, 'signal applied');
  }
  if (after.phase === 'waiting' && before.phase !== 'waiting') counters.count('waiting');
  if (!isOpen(after) || !isOpen(before)) return;
  if (after.attempt > before.attempt) {
    counters.count('retried');
    logger.warn(tryOf(after), 'command sent again');
  }
  if (after.phase === 'backward' && before.phase === 'forward') {
    logger.info({ ...traceOf(after), ...after.failure, awaited: after.awaited }, 'undoing');
  }
  if (after.needsAttention && !before.needsAttention) {
    counters.count('attention');
    logger.error(tryOf(after), 'saga needs attention');
  }
}

function tryOf(saga: OpenSaga) {
  const { awaited, attempt, lastError } = saga;
  return { ...traceOf(saga), awaited, attempt, lastError };
}
