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
  /**
   * Definitions that were changed under a version of the others: some process has one, by mistake.
   */
  readonly changedVersions?: readonly SagaDefinition<Input>[];
  readonly input: Input;
  /** What steps answer when they are done, by step name; only for the default participants. */
  readonly responses?: Readonly<Record<string, unknown>>;
  /** The data of signals, by name, for the people who send them. */
  readonly signals?: Readonly<Record<string, unknown>>;
  /** Participants of your own. By default each step has a row, and follows the protocol. */
  readonly participants?: (world: World) => SimulatedParticipants;
  /** How many sagas run at the same time at most; default 1. */
  readonly sagas?: number;
  /** How many engine processes there are; default 2. */
  readonly instances?: number;
  readonly settings?: Partial<EngineSettings>;
  /** More faults, beside those of every run. */
  readonly schedules?: readonly Schedule[];
  /** Replaces parts of the simulation by broken ones, to test that it finds what is then wrong. */
  readonly broken?: BrokenParts;
}

/** The parts of a run that a schedule may change. */
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
