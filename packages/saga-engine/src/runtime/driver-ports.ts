import type {
  Clock,
  CommandSender,
  EngineCounters,
  EngineFaultPoint,
  EngineLogger,
  SagaObserver,
  SagaStore,
  Timers,
} from './ports.js';
import type { EngineSettings } from '../core/settings.js';

/** What the parts of an engine share. */
export interface DriverPorts {
  readonly store: SagaStore;
  readonly sender: CommandSender;
  readonly clock: Clock;
  readonly logger: EngineLogger;
  readonly counters: EngineCounters;
  readonly timers: Timers;
  readonly settings: EngineSettings;
  readonly random: () => number;
  readonly observer: SagaObserver | undefined;
  reached(point: EngineFaultPoint): void;
}
