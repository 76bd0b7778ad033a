import type { SagaDefinition } from '../../core/define.js';
import type { SagaEngine } from '../../runtime/engine.js';
import type { Clock } from '../../runtime/ports.js';
import type { EngineSettings } from '../../core/settings.js';
import type { MemoryDatabase } from '../memory-database.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { Mishap, SimulatedParticipants, World } from './world.js';

export interface SimulationOptions<Input> {
  readonly definition: SagaDefinition<Input>;
  /**
   * Other versions of the saga, whatever their steps: some processes know them all, some do not, as
   * while an upgrade goes on.
   */
  readonly otherVersions?: readonly SagaDefinition<Input>[];
  /** Changed under the version of one of the others: what some process comes with, by mistake. */
  readonly changedVersions?: readonly SagaDefinition<Input>[];
  readonly input: Input;
  /** What steps answer when they are done, by step name; only for the participants of any saga. */
  readonly responses?: Readonly<Record<string, unknown>>;
  /** The saga's own participants; one row per step, with everything the protocol asks, otherwise. */
  readonly participants?: (world: World) => SimulatedParticipants;
  /** Up to so many sagas run at the same time; default 1. */
  readonly sagas?: number;
  /** Orchestrators; default 2. */
  readonly instances?: number;
  readonly settings?: Partial<EngineSettings>;
  /** More that may go wrong: mishaps of a kind of their own, beside those of every run. */
  readonly schedules?: readonly Schedule[];
  /** Replaces what the simulation itself is made of, to see that it catches what is then wrong. */
  readonly broken?: BrokenParts;
}

/** What of a run a schedule may lay its hands on. */
export interface Stage {
  readonly world: World;
  readonly database: MemoryDatabase;
  readonly processes: readonly SimulatedProcess[];
  readonly sagaIds: readonly string[];
}

/** What may go wrong as things are now. */
export type Schedule = (stage: Stage) => Mishap[];

export interface BrokenParts {
  /** What the engines follow; the promises are those of the definition simulated. */
  readonly definition?: SagaDefinition;
  readonly database?: (clock: Clock) => MemoryDatabase;
  /** Called with every engine before it does anything. */
  readonly engine?: (engine: SagaEngine) => void;
  /** Names a process from its place and how many were there before it. */
  readonly processId?: (place: string, generation: number) => string;
}
